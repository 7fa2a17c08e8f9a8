import { firstRejection, type MayWatch } from './audience/viewer-admission.ts'
import { createViewerLimit } from './audience/viewer-limit.ts'
import type { Core } from './core.ts'
import type { LiveDependencies } from './live-dependencies.ts'
import { createAccess } from './policy/access/index.ts'
import { createHooks, createPlayDecisions } from './policy/hooks/index.ts'
import { KeyGate } from './policy/keys/publish-gate.ts'

/** The two questions of every endpoint: may this one publish, may that one watch. */
export type Admission = Awaited<ReturnType<typeof createAdmission>>

/** Combines IP address rules, signed URLs, hooks and limits into one check for inputs and one for outputs. */
export async function createAdmission(dependencies: LiveDependencies, core: Core) {
  const { database, writes, events, audit, log } = dependencies
  const { now, settings, keys, registry, viewers, metrics, nameOf } = core
  const access = await createAccess({
    database,
    writes,
    secrets: dependencies.secrets,
    events,
    audit,
    now,
    log: log.child({ part: 'access' }),
    behindCdn: () => settings().cdnPrefix !== '',
    nameOf,
    previewPrefix: core.previewPrefix,
  })
  const hooking = await createHooks({ database, secrets: dependencies.secrets, events, audit, log: log.child({ part: 'hooks' }), now })
  const judged = firstRejection([
    access.mayWatch,
    createViewerLimit(registry, viewers),
    createPlayDecisions(hooking.hooks, (streamId, viewer) => viewers.watches(streamId, viewer), now),
  ])
  // The host's own subscriptions are not checked by rules and do not count as viewers.
  const mayWatch: MayWatch = (stream, viewer) => (access.gate.isHost(viewer.token) ? undefined : judged(stream, viewer))
  const gate = new KeyGate({
    keys,
    registry,
    log,
    now,
    onRejected: metrics.refused,
    admit: async (key, request) => {
      // rules and hooks are for strangers: the test stream and the inputs that an operator set up are the host's own
      if (keys.isInternal(key.id)) return
      const rejection = access.gate.checkPublisher(request.remoteAddress) ?? (await hooking.askPublish(key, request))
      if (rejection !== undefined) throw rejection
    },
  })
  return { access, hooking, mayWatch, gate }
}
