import { Collection } from '../client/collection.ts'
import { only, Resource } from '../client/resource.ts'
import type { StreamAccess } from '../client/types.ts'

export const hooks = new Collection({
  path: '/live/hooks',
  updated: ['hook.created', 'hook.updated'],
  removed: ['hook.removed'],
})

export const playbackKeys = new Collection({
  path: '/live/playback-keys',
  updated: ['playback-key.created'],
  removed: ['playback-key.removed'],
})

export const alertRules = new Collection({
  path: '/live/alert-rules',
  updated: ['alert-rule.updated'],
  removed: ['alert-rule.removed'],
})

export const alertChannels = new Collection({
  path: '/live/alert-channels',
  updated: ['alert-channel.created', 'alert-channel.updated', 'alert-channel.failed'],
  removed: ['alert-channel.removed'],
})

export const alerts = new Collection({ path: '/live/alerts', updated: ['alert.raised', 'alert.resolved'] })

/** IP addresses that may watch and publish on this host at all. */
export const hostAccess = new Resource({
  path: () => '/live/access',
  updated: ['access.updated'],
  of: ({ data }) => ('stream' in (data as object) ? undefined : only),
})

/** Who may watch a stream, by its name. */
export const streamAccess = new Resource({
  path: (stream) => `/live/streams/${stream}/access`,
  updated: ['access.updated'],
  of: ({ data }) => (data as { readonly stream?: string }).stream,
  valueIn: ({ data }) => {
    const { stream: _, ...access } = data as StreamAccess & { readonly stream: string }
    return access
  },
})
