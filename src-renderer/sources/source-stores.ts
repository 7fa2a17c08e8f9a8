import { Collection } from '../client/collection.ts'

export const sources = new Collection({
  path: '/live/sources',
  updated: ['source.created', 'source.updated'],
  removed: ['source.removed'],
})

export const udpInputs = new Collection({
  path: '/live/udp-inputs',
  updated: ['udp-input.created', 'udp-input.updated'],
  removed: ['udp-input.removed'],
})
