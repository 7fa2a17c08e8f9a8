import { createAdmission } from './admission.ts'
import { createCore } from './core.ts'
import { createEndpoints, type OpenPorts } from './endpoints.ts'
import { createLiveFront } from './http/live-front.ts'
import { ResourceTable } from './http/resources.ts'
import type { Live, LiveDependencies } from './live-dependencies.ts'
import { createLiveObserver } from './live-observer.ts'
import type { LivePart } from './live-part.ts'
import { createParts } from './parts.ts'
import { createFlvBodies } from './protocols/flv/flv-bodies.ts'
import { slateRoutes } from './relay/slate/slate-routes.ts'
import { liveRoutes } from './routes.ts'
import { settingsInForce } from './settings.ts'
import type { UrlBase } from './stream-urls.ts'

export { webrtcEnginesPresent } from '../media/realtime/engines-present.ts'
export type { DeliveryEndpoint } from './delivery/index.ts'
export { createEdgeDelivery } from './edge/edge-delivery.ts'
export { type LiveConfig, LiveConfigSchema, type LiveRuntimeSettings, LiveRuntimeSettingsSchema } from './live-config.ts'
export type { LiveTables } from './live-database.ts'
export type { Live, LiveDependencies, LiveHealth } from './live-dependencies.ts'
export { liveMigrations } from './migrations.ts'
export { passCookie } from './policy/access/access-http.ts'

/** Makes the live part from what is kept in the database; nothing listens before `start`. */
export async function createLive(dependencies: LiveDependencies): Promise<Live> {
  const ports: OpenPorts = { rtmp: dependencies.listen.rtmpPort, rtmps: undefined, srt: undefined }
  const urlBase = (baseUrl: string): UrlBase => ({
    baseUrl,
    cdnPrefix: settingsInForce(dependencies.config, dependencies.settings).cdnPrefix,
    rtmpPort: ports.rtmp,
    rtmpsPort: ports.rtmps,
    srtPort: ports.srt,
  })
  const core = await createCore(dependencies, urlBase)
  const { viewers, keys, slates, registry, clock, renditions, runs, dvr } = core
  const admission = await createAdmission(dependencies, core)
  const { access, hooking, gate } = admission
  const bodies = createFlvBodies()
  const { alerts, testStream, carrier, intake, sending, destinations, thumbnails, recording, clips, sources } = await createParts(
    dependencies,
    core,
    {
      bodies,
      access,
      rtmpPort: () => ports.rtmp,
    },
  )
  if (dependencies.resumes === true) {
    // What takes longest to come back: its processes load beside everything that follows.
    testStream.prepareResume()
    registry.prepareSlates()
  }
  const endpoints = await createEndpoints(dependencies, core, admission, { bodies, sources, ports })
  const { rtmp, srt, playback, unknownResource, viewersPart, delivery, edges, httpFlv, udpInputs, webrtc, listen } = endpoints
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
    urlBase,
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
    observer: createLiveObserver({ streams: () => registry.list(), destinations, recording }),
    recordingRetention: () => recording.retention(),
    carrier: { ...carrier, peers: webrtc.peers },
    edges,
    intake,
    async start() {
      // what an earlier run left goes before the first publisher comes
      await dvr.start?.()
      await listen()
      clock.start()
      for (const part of parts) await part.start?.()
      if (dependencies.resumes === true) {
        registry.resumeSlates()
        void testStream.resume()
      }
      return { rtmpPort: ports.rtmp, rtmpsPort: ports.rtmps, srtPort: ports.srt }
    },
    deliveryProcesses: delivery.processes,
    deliverAt: (endpoint) => delivery.start(endpoint),
    renewCertificate(certificate) {
      rtmp.renewCertificate(certificate)
      delivery.renewCertificate(certificate)
    },
    async stop(goesOn) {
      clock.stop()
      gate.stop()
      await Promise.all(parts.toReversed().map((part) => part.stop?.()))
      registry.stop()
      await testStream.stop(goesOn)
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
      const problems = [dvr, ...parts].flatMap((part) => part.problems?.() ?? [])
      return { active, viewers: watching, connections: rtmp.connections() + srt.connections(), problems }
    },
    front: createLiveFront({
      table: new ResourceTable([...parts, playback, unknownResource]),
      access: access.http.guard,
      onDemand: sources.guard,
    }),
  }
}
