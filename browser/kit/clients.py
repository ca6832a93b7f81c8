"""What Home Assistant's Nightscout integration asks, by the library that it asks with. Prints what came as one JSON line."""
import asyncio
import json
import sys

from py_nightscout import Api


async def main(address, secret):
    api = Api(address, api_secret=secret)
    status = await api.get_server_status()
    values = await api.get_sgvs()
    treatments = await api.get_treatments()
    profiles = await api.get_profiles()
    defaults = [definition.get_default_profile() for definition in profiles.profile_definitions]
    devices = await api.get_latest_devices_status()
    print(json.dumps({
        "status": [status.status, status.apiEnabled, status.settings["units"]],
        "values": [[value.sgv, value.direction, value.delta, value.date.isoformat()] for value in values],
        "treatments": [[one.eventType, one.carbs, one.insulin] for one in treatments],
        "profiles": [[str(one.timezone), [rate.value for rate in one.basal.entries]] for one in defaults],
        "devices": {name: one.uploader.battery for name, one in devices.items()},
    }))


asyncio.run(main(*sys.argv[1:]))
