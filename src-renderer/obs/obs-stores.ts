import type { Answer, Item } from '../../src-main/api/typed-api.ts'
import type { MirrorChange, ObsMirror } from '../../src-main/obs/schemas/mirror.ts'
import { Collection } from '../client/collection.ts'
import { Resource } from '../client/resource.ts'
import type { EventMessage } from '../client/types.ts'
import { withChange } from './mirror-change.ts'

export type ObsInstance = Item<'/obs'>
export type ObsScene = ObsMirror['scenes'][number]
export type ObsItem = ObsScene['items'][number]
export type ObsFilter = ObsScene['filters'][number]
export type ObsVideo = ObsMirror['video']
export type ObsInput = ObsMirror['inputs'][number]

const changeOf = ({ topic, data }: EventMessage): MirrorChange | undefined => (topic === 'obs.mirror' ? (data as MirrorChange) : undefined)

/** The OBS Studio instances that are controlled from here. */
export const instances = new Collection({ path: '/obs', updated: ['obs.created', 'obs.updated'], removed: ['obs.removed'] })

/** What each OBS is: scenes, inputs, outputs. Its key is the id of the instance. */
export const mirrors = new Resource({
  path: (id) => `/obs/${id}/mirror` as const,
  changed: { 'obs.mirror': (value: ObsMirror, event) => withChange(value, changeOf(event) as MirrorChange) },
  isStale: (event, id) => {
    const change = changeOf(event)
    return change?.obs === id && change.reset === true
  },
})

/** Filters whose settings follow the light or the level. Its key is the id of the instance. */
export const followings = new Resource({
  path: (id) => `/obs/${id}/following` as const,
  isStale: ({ topic, data }, id) => topic === 'obs.following' && (data as { readonly obs: string }).obs === id,
})

interface Applied extends Answer<'GET', '/obs/*/template/applications'> {
  readonly obs: string
}

/** Templates that were applied to an OBS and can be undone. Its key is the id of the instance. */
export const applications = new Resource({
  path: (id) => `/obs/${id}/template/applications` as const,
  updated: ['obs.templates'],
  of: ({ data }) => (data as Applied).obs,
})
