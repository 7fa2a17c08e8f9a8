"""Controls the host with simpleobsws, which was written for OBS Studio: URL and password are its arguments."""

import asyncio
import json
import sys

import simpleobsws


async def main(url, password):
    client = simpleobsws.WebSocketClient(url=url, password=password)
    heard = []

    async def on_event(event_type, event_data):
        if event_type in ("SceneCreated", "CurrentProgramSceneChanged", "SceneRemoved"):
            heard.append(event_type)

    client.register_event_callback(on_event)
    await client.connect()
    await client.wait_until_identified()

    async def call(name, data=None):
        answer = await client.call(simpleobsws.Request(name, data))
        return answer.responseData if answer.ok() else answer.requestStatus.code

    version = await call("GetVersion")
    await call("CreateScene", {"sceneName": "From Python"})
    await call("SetCurrentProgramScene", {"sceneName": "From Python"})
    scenes = await call("GetSceneList")
    batch = await client.call_batch(
        [
            simpleobsws.Request("SetCurrentProgramScene", {"sceneName": "Scene"}),
            simpleobsws.Request("Sleep", {"sleepMillis": 50}),
            simpleobsws.Request("RemoveScene", {"sceneName": "From Python"}),
        ],
        halt_on_failure=True,
    )
    unknown = await call("SendStreamCaption", {"captionText": "Hello"})
    for _ in range(200):
        if "SceneRemoved" in heard:
            break
        await asyncio.sleep(0.025)
    await client.disconnect()
    seen = list(dict.fromkeys(heard))
    print(
        json.dumps(
            {
                "protocol": version["rpcVersion"],
                "scenes": [scene["sceneName"] for scene in scenes["scenes"]][::-1],
                "batch": [answer.ok() for answer in batch],
                "events": seen,
                "unknown": unknown,
            }
        )
    )


asyncio.run(main(sys.argv[1], sys.argv[2]))
