"""Reading pictures from the command line: photos and scans."""
