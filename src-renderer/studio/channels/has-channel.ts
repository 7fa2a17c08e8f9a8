import type { Item } from '../../../src-main/api/typed-api.ts'

/** A service whose title and category can be set. */
export type ChannelServiceId = Item<'/studio/channels'>['service']

const withChannels: readonly string[] = ['twitch', 'youtube'] satisfies readonly ChannelServiceId[]

/** Whether title and category can be set at the service of this id. */
export const hasChannel = (service: string | undefined): service is ChannelServiceId =>
  service !== undefined && withChannels.includes(service)
