import { Collection } from '../client/collection.ts'
import type { Alert, AlertChannel, AlertRule, Hook, PlaybackKey } from '../client/types.ts'

export const hooks = new Collection<Hook>({
  path: '/live/hooks',
  updated: ['hook.created', 'hook.updated'],
  removed: ['hook.removed'],
})

export const playbackKeys = new Collection<PlaybackKey>({
  path: '/live/playback-keys',
  updated: ['playback-key.created'],
  removed: ['playback-key.removed'],
})

export const alertRules = new Collection<AlertRule>({
  path: '/live/alert-rules',
  updated: ['alert-rule.updated'],
  removed: ['alert-rule.removed'],
})

export const alertChannels = new Collection<AlertChannel>({
  path: '/live/alert-channels',
  updated: ['alert-channel.created', 'alert-channel.updated', 'alert-channel.failed'],
  removed: ['alert-channel.removed'],
})

export const alerts = new Collection<Alert>({ path: '/live/alerts', updated: ['alert.raised', 'alert.resolved'] })
