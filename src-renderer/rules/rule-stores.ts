import { Collection } from '../client/collection.ts'

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
