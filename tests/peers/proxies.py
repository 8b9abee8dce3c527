"""What the AWS CLI's library makes of proxy settings.

Reads a JSON document a line, an environment and a URL, and prints for each the proxy that botocore and
urllib3 choose, the header that goes to it, or "unusable".
"""

import json
import os
import sys

from botocore.httpsession import ProxyConfiguration
from botocore.utils import get_environ_proxies
from urllib3.util import parse_url


def decide(environment, url):
    os.environ.clear()
    for name, value in environment:
        os.environ[name] = value
    configuration = ProxyConfiguration(get_environ_proxies(url))
    proxy = configuration.proxy_url_for(url)
    if not proxy:
        return {"proxy": None, "authorization": None}
    try:
        headers = configuration.proxy_headers_for(proxy)
        parsed = parse_url(proxy)
    except ValueError:
        return {"proxy": "unusable", "authorization": None}
    if not parsed.host:
        return {"proxy": "unusable", "authorization": None}
    port = parsed.port or {"http": 80, "https": 443}[parsed.scheme]
    return {
        "proxy": f"{parsed.scheme}://{parsed.host}:{port}",
        "authorization": headers.get("Proxy-Authorization"),
    }


for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps(decide(case["environment"], case["url"])))
