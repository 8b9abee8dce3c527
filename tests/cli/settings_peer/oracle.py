"""What botocore makes of set-ups: the oracle of settings_peer.rs.

Reads a JSON list of set-ups from stdin: {"env": {...}, "home": "...", "profile": null or a name}.
Prints one JSON object per set-up and line: {"key": ..., "token": ..., "endpoint": ...}, or
{"error": the exception's class}. With `--parse`, reads a JSON list of files' bytes (as Latin-1) and
prints what its reader of AWS files makes of each: the sections, or {"error": ...}. With `--export`, it
stands in for `aws configure export-credentials --profile NAME --format process`.

Two settings are read as version 2 of the AWS CLI reads them, which is the reference: AWS_REGION and
AWS_PROFILE count, before AWS_DEFAULT_REGION and AWS_DEFAULT_PROFILE.
"""

import json
import os
import sys
import tempfile

import botocore.configloader
import botocore.configprovider
import botocore.credentials
import botocore.handlers
import botocore.loaders
import botocore.regions
import botocore.session
import botocore.tokens
import botocore.utils

# No second attempts after a while.
botocore.utils.ContainerMetadataFetcher.SLEEP_TIME = 0
botocore.utils.ContainerMetadataFetcher.RETRY_ATTEMPTS = 1
# A busy machine exceeds two seconds.
botocore.utils.ContainerMetadataFetcher.TIMEOUT_SECONDS = 30


# The handlers of other services take most of the time.
SERVICES = ("sts", "sso", "sso-oidc", "signin", "*")
botocore.handlers.BUILTIN_HANDLERS = [
    handler
    for handler in botocore.handlers.BUILTIN_HANDLERS
    if "." not in handler[0] or handler[0].split(".")[1] in SERVICES
]


def ask(prompt):
    raise RuntimeError("the command prompts for a code")


botocore.credentials.getpass.getpass = ask
VARIABLES = {
    "profile": (None, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"], None, None),
    "region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None),
}
LOADER = botocore.loaders.create_loader()
ENDPOINTS, _ = LOADER.load_data_with_path("endpoints")
RESOLVER = botocore.regions.EndpointResolver(ENDPOINTS, uses_builtin_data=True)


def resolve(setup):
    os.environ.clear()
    os.environ.update(setup["env"])
    cache = os.path.join(setup["home"], ".aws", "sso", "cache")
    botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = cache
    botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = cache
    session = botocore.session.Session(
        session_vars=dict(VARIABLES),
        profile=setup["profile"],
    )
    session.register_component("data_loader", LOADER)
    session._internal_components.register_component("endpoint_resolver", RESOLVER)
    region = session.get_config_variable("region") or "us-east-1"
    session._last_client_region_used = region
    if not session.get_config_variable("region"):
        session.set_config_variable("region", region)
    scoped = session.get_scoped_config()
    endpoint = None
    if not session.get_config_variable("ignore_configured_endpoint_urls"):
        endpoint = botocore.configprovider.ConfiguredEndpointProvider(
            full_config=session.full_config,
            scoped_config=scoped,
            client_name="ecr-public",
        ).provide()
    # As every client does, for services that take tokens.
    session.get_auth_token()
    credentials = session.get_credentials()
    if credentials is None:
        return {"error": "NoCredentials"}
    keys = credentials.get_frozen_credentials()
    return {
        "key": keys.access_key,
        "token": keys.token or "",
        "endpoint": endpoint or "",
    }


def parse(content):
    with tempfile.NamedTemporaryFile() as file:
        file.write(content.encode("latin-1"))
        file.flush()
        sections = botocore.configloader.raw_config_parse(file.name, parse_subsections=False)
        botocore.configloader.raw_config_parse(file.name)
        profiles = botocore.configloader.load_config(file.name)["profiles"]
    return {"sections": sections, "profiles": sorted(profiles)}


def export(arguments):
    profile = arguments[arguments.index("--profile") + 1]
    env = {name: value for name, value in os.environ.items() if value}
    try:
        made = resolve({"env": env, "home": env["HOME"], "profile": profile})
    except Exception as error:
        sys.exit(type(error).__name__)
    names = {"AccessKeyId": made["key"], "SecretAccessKey": "secret", "SessionToken": made["token"]}
    print(json.dumps({"Version": 1, **names}))


def main():
    if "--export" in sys.argv:
        return export(sys.argv)
    answer = parse if "--parse" in sys.argv else resolve
    for item in json.load(sys.stdin):
        try:
            made = answer(item)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            made = {"error": type(error).__name__}
        print(json.dumps(made), flush=True)


main()
