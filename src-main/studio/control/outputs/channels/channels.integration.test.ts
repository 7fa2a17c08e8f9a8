import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ChannelService } from './channel-service.ts'
import { type ServiceDouble, startServiceDouble } from './testing/service-double.ts'
import { createTwitch } from './twitch.ts'
import { createYoutube } from './youtube.ts'

describe('title and category at services', () => {
  let double: ServiceDouble
  let twitch: ChannelService
  let youtube: ChannelService

  beforeAll(async () => {
    double = await startServiceDouble()
    twitch = createTwitch({ id: double.url, api: double.url })
    youtube = createYoutube(double.url)
  })
  afterAll(() => double.stop())
  beforeEach(() => {
    double.broken = undefined
  })

  it('are read from Twitch, and set there', async () => {
    expect(await twitch.read('good')).toEqual({ title: 'First title', category: { id: '509658', name: 'Just Chatting' } })
    expect(await twitch.categories('good', 'mine')).toEqual([{ id: '27471', name: 'Minecraft' }])
    await twitch.write('good', { title: 'Building', category: '27471' })
    expect(await twitch.read('good')).toEqual({ title: 'Building', category: { id: '27471', name: 'Minecraft' } })
    await twitch.write('good', { title: 'Still building' })
    expect(double.requests.at(-1)).toEqual({ line: 'PATCH /helix/channels?broadcaster_id=7', body: { title: 'Still building' } })
  })

  it('are read from the broadcast of YouTube that is live, and set there with what else its video has', async () => {
    expect(await youtube.read('good')).toEqual({ title: 'First broadcast', category: { id: '24', name: 'Entertainment' } })
    expect(await youtube.categories('good', 'M')).toEqual([
      { id: '20', name: 'Gaming' },
      { id: '24', name: 'Entertainment' },
    ])
    await youtube.write('good', { title: 'Second', category: '20' })
    expect(double.youtube).toEqual({ title: 'Second', description: 'About it', categoryId: '20', tags: ['one'] })
  })

  it.each(['twitch', 'youtube'] as const)('say at %s that a token is not taken', async (name) => {
    const service = { twitch, youtube }[name]
    await expect(service.read('bad')).rejects.toMatchObject({ code: 'studio.channel_token' })
  })

  it.each([
    ['an error', { status: 500, body: '{"message":"broken\\u0000 today"}' }, 'broken  today'],
    ['no JSON', { status: 200, body: '<html>' }, 'no JSON'],
  ])('say what is wrong where a service sends %s', async (_, broken, problem) => {
    double.broken = broken
    for (const service of [twitch, youtube])
      await expect(service.read('good')).rejects.toMatchObject({ code: 'studio.channel_failed', message: expect.stringContaining(problem) })
  })

  it('say that nobody answers, or without an end', async () => {
    const gone = createYoutube('http://127.0.0.1:1')
    await expect(gone.read('good')).rejects.toMatchObject({ code: 'studio.channel_unreachable', message: 'YouTube does not answer' })
    double.broken = { status: 200, body: 'x'.repeat(2_000_000) }
    await expect(twitch.read('good')).rejects.toMatchObject({ code: 'studio.channel_unreachable' })
  })
})
