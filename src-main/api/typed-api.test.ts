import { expectTypeOf, it } from 'vitest'
import type { Answer, Body, HasRoute, Item, Query } from './typed-api.ts'

const id: string = 'main'
const kick = `/live/streams/${id}/kick` as const
const some = `/live/recordings/${id}?permanently=${true}` as const

// The type checker is what tests this: a wrong type does not compile.
it('finds the route of a URL as it is sent', () => {
  expectTypeOf<Answer<'GET', '/tokens'>['items']>().toEqualTypeOf<Item<'/tokens'>[]>()
  expectTypeOf<Answer<'POST', typeof kick>>().toEqualTypeOf<Item<'/live/streams'>>()
  expectTypeOf<Answer<'POST', '/live/streams/main/kick'>>().toEqualTypeOf<Item<'/live/streams'>>()
  expectTypeOf<Answer<'DELETE', typeof some>>().toEqualTypeOf<undefined>()
  expectTypeOf<Body<'POST', '/tokens'>['role']>().toEqualTypeOf<'viewer' | 'editor' | 'admin'>()
  expectTypeOf<Body<'GET', '/tokens'>>().toEqualTypeOf<undefined>()
})

it('knows no route for another URL or method', () => {
  expectTypeOf<HasRoute<'GET', '/tokens'>>().toEqualTypeOf<true>()
  expectTypeOf<HasRoute<'PUT', '/tokens'>>().toEqualTypeOf<false>()
  expectTypeOf<HasRoute<'GET', '/tokenz'>>().toEqualTypeOf<false>()
  expectTypeOf<HasRoute<'GET', '/live/streams/main/kick/again'>>().toEqualTypeOf<false>()
  expectTypeOf<HasRoute<'GET', string>>().toEqualTypeOf<false>()
})

it('knows the parameters of a route, and what they take', () => {
  const stream: string = 'cam'
  const ofStream = `/live/recordings?stream=${stream}&deleted=true` as const
  const whole = `/live/recordings?${stream}` as const
  expectTypeOf<Query<'GET', '/studio/devices'>['kind']>().toExtend<string | undefined>()
  expectTypeOf<HasRoute<'GET', typeof ofStream>>().toEqualTypeOf<true>()
  expectTypeOf<HasRoute<'GET', '/audit?limit=20'>>().toEqualTypeOf<true>()
  expectTypeOf<HasRoute<'GET', '/audit?limit=many'>>().toEqualTypeOf<false>()
  expectTypeOf<HasRoute<'GET', '/live/recordings?strem=cam'>>().toEqualTypeOf<false>()
  expectTypeOf<HasRoute<'GET', '/live/recordings?stream=cam&delete=true'>>().toEqualTypeOf<false>()
  expectTypeOf<HasRoute<'GET', '/live/recordings?deleted=yes'>>().toEqualTypeOf<false>()
  expectTypeOf<HasRoute<'GET', '/studio/devices?kind=teapot'>>().toEqualTypeOf<false>()
  expectTypeOf<HasRoute<'GET', typeof whole>>().toEqualTypeOf<false>()
  expectTypeOf<HasRoute<'GET', '/tokens?all=true'>>().toEqualTypeOf<false>()
})
