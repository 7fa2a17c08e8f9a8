import type { AddressBase } from './addresses.ts'
import { createAdmission } from './admission.ts'
import { createCore } from './core.ts'
import { createDoors, type OpenPorts } from './doors.ts'
import { createFlvBodies } from './flv/flv-bodies.ts'
import type { Live, LiveNeeds } from './live-needs.ts'
import type { LivePart } from './live-part.ts'
import { createParts } from './parts.ts'
import { liveRoutes } from './routes.ts'
import { settingsInForce } from './settings.ts'
import { slateRoutes } from './slate/slate-routes.ts'

export type { LiveCarrier } from './carrier/live-carrier.ts'
export type { DeliveryDoor } from './delivery/index.ts'
export { type LiveConfig, LiveConfigSchema, type LiveRuntimeSettings, LiveRuntimeSettingsSchema } from './live-config.ts'
export type { LiveTables } from './live-database.ts'
export type { Live, LiveHealth, LiveNeeds } from './live-needs.ts'
export { liveMigrations } from './migrations.ts'
export { webrtcEnginesPresent } from './webrtc/engines-present.ts'

/** Makes the live wing from what is kept in the database; nothing listens before `start`. */
export async function createLive(needs: LiveNeeds): Promise<Live> {
  const ports: OpenPorts = { rtmp: needs.listen.rtmpPort, rtmps: undefined, srt: undefined }
  const addressBase = (baseUrl: string): AddressBase => ({
    baseUrl,
    cdnPrefix: settingsInForce(needs.config, needs.settings).cdnPrefix,
    rtmpPort: ports.rtmp,
    rtmpsPort: ports.rtmps,
    srtPort: ports.srt,
  })
  const core = await createCore(needs, addressBase)
  const { viewers, keys, slates, registry, clock, renditions, runs, dvr } = core
  const admission = await createAdmission(needs, core)
  const { access, hooking, gate } = admission
  const bodies = createFlvBodies()
  const { alerts, testStream, carrier, sending, destinations, thumbnails, recording, clips, sources } = await createParts(needs, core, {
    bodies,
    gate: access.gate,
    rtmpPort: () => ports.rtmp,
  })
  const doors = await createDoors(needs, core, admission, { bodies, sources, ports })
  const { rtmp, srt, playback, viewersPart, delivery, httpFlv, udpInputs, webrtc, listen } = doors
  /** Capabilities beside the road from publisher to player; started in this order, stopped in reverse. */
  const parts: readonly LivePart[] = [
    access,
    hooking,
    alerts,
    sources,
    renditions,
    sending,
    destinations,
    viewersPart,
    httpFlv,
    thumbnails,
    recording,
    clips,
    webrtc,
    udpInputs,
  ]

  const ownRoutes = liveRoutes({
    registry,
    keys,
    viewers,
    testStream,
    addressBase,
    forget: (entry) => {
      runs.forget(entry.name)
      viewers.forget(entry.id)
    },
  })

  return {
    routes: [
      ...ownRoutes,
      ...slateRoutes(slates, (id) => registry.get(id).name),
      ...srt.routes,
      ...(dvr.routes ?? []),
      ...parts.flatMap((part) => part.routes ?? []),
    ],
    streams: registry,
    carrier,
    async start() {
      // what an earlier run left goes before the first publisher comes
      await dvr.start?.()
      await listen()
      clock.start()
      registry.watch()
      for (const part of parts) await part.start?.()
      return { rtmpPort: ports.rtmp, rtmpsPort: ports.rtmps, srtPort: ports.srt }
    },
    deliveryProcesses: delivery.processes,
    deliverAt: (door) => delivery.start(door),
    async stop() {
      clock.stop()
      gate.stop()
      await Promise.all(parts.toReversed().map((part) => part.stop?.()))
      registry.stop()
      await testStream.stop()
      await Promise.all([rtmp.stop(), srt.stop(), delivery.stop()])
      playback.stop()
      runs.stop()
      await dvr.stop?.()
    },
    health: () => {
      let active = 0
      let watching = 0
      for (const entry of registry.list()) {
        if (entry.phase === 'active' || entry.phase === 'reconnecting') active++
        watching += viewers.count(entry.id)
      }
      return { active, viewers: watching, connections: rtmp.connections() + srt.connections() }
    },
    handleUpgrade: (request, socket, head) => parts.some((part) => part.handleUpgrade?.(request, socket, head)),
    handleHttp: (request, response) =>
      access.guard(request, response, () =>
        sources.guard(request, response, () => {
          for (const part of parts) if (part.handleHttp?.(request, response)) return true
          return playback.handle(request, response)
        }),
      ),
  }
}
