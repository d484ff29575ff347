PASSWORD = "weegschaal-demo"
