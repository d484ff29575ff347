"""What things are called in files of QTI 3.0."""

from typing import Final

NAMESPACE: Final = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGE: Final = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
MANIFEST: Final = "imsmanifest.xml"
ITEM: Final = "imsqti_item_xmlv3p0"
LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# Where the schema of a namespace is, for who checks a file before taking it.
SCHEMAS: Final = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_PUBLISHED: Final = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd"
ITEM_SCHEMA: Final = f"{NAMESPACE} {_PUBLISHED}/imsqti_asiv3p0_v1p0.xsd"
PACKAGE_SCHEMA: Final = f"{PACKAGE} {_PUBLISHED}/imsqtiv3p0_imscpv1p2_v1p0.xsd"
# Ours: the response that is asked for, and the outcome that shows the explanation to everybody.
RESPONSE: Final = "RESPONSE"
EXPLANATION: Final = "EXPLANATION"
