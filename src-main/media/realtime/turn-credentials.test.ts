import { expect, it } from 'vitest'
import { turnServers } from './turn-credentials.ts'

const options = { urls: 'turn:turn.example.com:3478?transport=udp, turns:turn.example.com:5349', secret: 'north', lifetimeSeconds: 3600 }

it('makes a TURN login that ends by itself', () => {
  const servers = turnServers(options, 1_700_000_000_900, 'viewer')
  expect(servers.map((each) => each.urls)).toEqual(['turn:turn.example.com:3478?transport=udp', 'turns:turn.example.com:5349'])
  // printf '1700003600:viewer' | openssl dgst -sha1 -hmac north -binary | base64
  expect(servers[0]).toMatchObject({ username: '1700003600:viewer', credential: 'Z2bVzE30rf+aB1tMtuWPzRohu58=' })
})

it('names no TURN server without a URL or a secret', () => {
  expect(turnServers({ ...options, urls: ' ' }, 0)).toEqual([])
  expect(turnServers({ ...options, secret: '' }, 0)).toEqual([])
})

it('gives each session a login of its own', () => {
  const [one, other] = [turnServers(options, 0)[0], turnServers(options, 0)[0]]
  expect(one?.username).toMatch(/^3600:\w{16}$/)
  expect(other?.username).not.toBe(one?.username)
})
