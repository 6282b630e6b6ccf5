"""ctest's JUnit file in three numbers: passed failed skipped."""
import sys
import xml.etree.ElementTree

suite = xml.etree.ElementTree.parse(sys.argv[1]).getroot()
total, failed, skipped = (int(suite.get(word, 0)) for word in ("tests", "failures", "skipped"))
print(total - failed - skipped, failed, skipped)
