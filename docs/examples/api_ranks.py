"""Prints the communes of a province that lose most: python api_ranks.py http://127.0.0.1:8766 H21"""

import json
import sys
from urllib.request import urlopen

site, province = sys.argv[1:]
communes = json.load(urlopen(f"{site}/api/v1/ranks?parent={province}&kind=commune&limit=1000"))
print(f"{communes['period']}, as of {communes['cut_off']}: {communes['count']} communes")
for unit in communes["items"][-5:]:
    print(f"{unit['rank']:>4}/{unit['ranked']}  {unit['score']:6.2f}  {unit['name']}")
