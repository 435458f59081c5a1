"""`python -m tests.infra.offline_provider FOLDER ARGUMENTS…`: terraform there, the provider up."""

import json
import os
import subprocess
import sys
import tempfile
from concurrent import futures
from pathlib import Path

import grpc
from tfplugin_proto import tfplugin5_5_pb2_grpc as rpc

from tests.infra.offline_provider.schema import types_named_in
from tests.infra.offline_provider.server import OfflineProvider

ADDRESS = "registry.terraform.io/hashicorp/aws"
# The whole schema is one message.
LIMIT = 256 * 1024**2


def reattach(socket: Path) -> str:
    """Return what tells terraform to talk to this process instead of starting a provider."""
    how = {
        "Protocol": "grpc",
        "ProtocolVersion": 5,
        "Pid": os.getpid(),
        "Test": True,
        "Addr": {"Network": "unix", "String": str(socket)},
    }
    return json.dumps({ADDRESS: how})


def main() -> int:
    folder = Path(sys.argv[1])
    command = ["terraform", f"-chdir={folder}", *sys.argv[2:]]
    # Modules beside the folder are part of it: bootstrap/ uses ../modules.
    types = types_named_in(folder) | types_named_in(folder.parent / "modules")
    options = [
        ("grpc.max_send_message_length", LIMIT),
        ("grpc.max_receive_message_length", LIMIT),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(8), options=options)
    rpc.add_ProviderServicer_to_server(OfflineProvider(types), server)
    with tempfile.TemporaryDirectory(prefix="devops360-provider-") as place:
        socket = Path(place) / "socket"
        server.add_insecure_port(f"unix:{socket}")
        server.start()
        environment = os.environ | {"TF_REATTACH_PROVIDERS": reattach(socket)}
        status = subprocess.run(command, env=environment, check=False).returncode
        server.stop(grace=None).wait()
    return status


if __name__ == "__main__":
    sys.exit(main())
