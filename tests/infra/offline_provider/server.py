"""The provider itself: answers terraform's questions from the schema, and makes nothing."""

from typing import Any

import msgpack
from tfplugin_proto import tfplugin5_5_pb2 as protocol
from tfplugin_proto import tfplugin5_5_pb2_grpc as rpc

from tests.infra.offline_provider import values
from tests.infra.offline_provider.schema import provider_schema


class OfflineProvider(rpc.ProviderServicer):  # type: ignore[misc]  # generated, without types
    def __init__(self, types: set[str]) -> None:
        self.schema = provider_schema(types)

    def GetSchema(self, request: Any, context: Any) -> Any:
        return self.schema

    def PrepareProviderConfig(self, request: Any, context: Any) -> Any:
        return protocol.PrepareProviderConfig.Response(prepared_config=request.config)

    def Configure(self, request: Any, context: Any) -> Any:
        return protocol.Configure.Response()

    def Stop(self, request: Any, context: Any) -> Any:
        return protocol.Stop.Response()

    def ValidateResourceTypeConfig(self, request: Any, context: Any) -> Any:
        response = protocol.ValidateResourceTypeConfig.Response()
        return _refuse_read_only(request, self.schema.resource_schemas, response)

    def ValidateDataSourceConfig(self, request: Any, context: Any) -> Any:
        response = protocol.ValidateDataSourceConfig.Response()
        return _refuse_read_only(request, self.schema.data_source_schemas, response)

    def UpgradeResourceState(self, request: Any, context: Any) -> Any:
        state = protocol.DynamicValue(json=request.raw_state.json)
        return protocol.UpgradeResourceState.Response(upgraded_state=state)

    def ReadResource(self, request: Any, context: Any) -> Any:
        return protocol.ReadResource.Response(new_state=request.current_state)

    def PlanResourceChange(self, request: Any, context: Any) -> Any:
        planned = unpack(request.proposed_new_state)
        if planned is not None and unpack(request.prior_state) is None:
            block = self.schema.resource_schemas[request.type_name].block
            values.fill(request.type_name, planned, block)
        # The tolerance that the true provider asks for as well.
        return protocol.PlanResourceChange.Response(
            planned_state=pack(planned), legacy_type_system=True
        )

    def ReadDataSource(self, request: Any, context: Any) -> Any:
        value = unpack(request.config)
        for attribute in self.schema.data_source_schemas[request.type_name].block.attributes:
            if attribute.computed and value.get(attribute.name) is None:
                value[attribute.name] = values.read_data(request.type_name, attribute)
        return protocol.ReadDataSource.Response(state=pack(value))


def _refuse_read_only(request: Any, schemas: Any, response: Any) -> Any:
    """Refuse a value for what AWS decides: the provider does that, terraform does not."""
    found: list[str] = []
    _find_read_only(unpack(request.config), schemas[request.type_name].block, [], found)
    for path in found:
        response.diagnostics.add(
            severity=1,
            summary="Value for unconfigurable attribute",
            detail=f"{request.type_name}.{path} is decided by AWS.",
        )
    return response


def _find_read_only(value: Any, block: Any, path: list[str], found: list[str]) -> None:
    if not isinstance(value, dict):
        return
    for attribute in block.attributes:
        settable = attribute.optional or attribute.required
        if not settable and value.get(attribute.name) is not None:
            found.append(".".join([*path, attribute.name]))
    for nested in block.block_types:
        inner = value.get(nested.type_name)
        for item in inner if isinstance(inner, list) else [inner]:
            _find_read_only(item, nested.block, [*path, nested.type_name], found)


def unpack(value: Any) -> Any:
    def extension(code: int, data: bytes) -> Any:
        return values.UNKNOWN if code == 0 else msgpack.ExtType(code, data)

    return msgpack.unpackb(value.msgpack, raw=False, strict_map_key=False, ext_hook=extension)


def pack(value: Any) -> Any:
    return protocol.DynamicValue(msgpack=msgpack.packb(value))
