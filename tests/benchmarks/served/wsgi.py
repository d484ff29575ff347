"""What ``flask serve`` finds as ``wsgi`` when it is started in this folder."""

from course.app import create_app
from tests.benchmarks import bare

app = create_app()
bare.init_app(app)
