import type { UdpInputInfo } from '../../src-main/live/protocols/udp/udp-schemas.ts'
import { Collection } from '../client/collection.ts'
import type { Source } from '../client/types.ts'

export const sources = new Collection<Source>({
  path: '/live/sources',
  updated: ['source.created', 'source.updated'],
  removed: ['source.removed'],
})

export const udpInputs = new Collection<UdpInputInfo>({
  path: '/live/udp-inputs',
  updated: ['udp-input.created', 'udp-input.updated'],
  removed: ['udp-input.removed'],
})
