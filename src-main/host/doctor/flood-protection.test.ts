import { expect, it } from 'vitest'
import { floodProtection } from './flood-protection.ts'

const look = (cookies: string, backlog: string, hasSets = true) =>
  floodProtection(
    'linux',
    (file) => (file.endsWith('tcp_syncookies') ? cookies : backlog),
    () => hasSets,
  )

it('SYN cookies that are off are a warning that says how to switch them on', () => {
  expect(look('1\n', '4096\n')).toEqual({
    name: 'floods',
    state: 'ok',
    detail: 'SYN cookies are on, queue of new connections 4096; nftables is installed (nodes use it with `firewall: true` in edge.yaml)',
  })
  expect(look('0\n', '4096\n')).toMatchObject({ state: 'warn', remedy: expect.stringContaining('tcp_syncookies=1') })
  expect(look('2\n', '128\n')).toMatchObject({ state: 'warn', remedy: expect.stringContaining('somaxconn=4096') })
  expect(look('1\n', '4096\n', false).detail).toContain('nftables is not installed')
})

it('a system that does not say it is no fault', () => {
  const silent = () => {
    throw new Error('ENOENT')
  }
  expect(floodProtection('linux', silent, () => false).state).toBe('ok')
  expect(look('', 'x').detail).toContain('does not say')
  expect(floodProtection('darwin').state).toBe('ok')
})
