import { expect, it } from 'vitest'
import { publicHostsOnly } from './public-hosts.ts'

it('a page of an editor reaches no private host, besides those that an admin opened', () => {
  const rules = publicHostsOnly(['camera.lan', '192.168.1.7', '10.0.0.0/8', 'a, MAP * evil.example']).split(', ')
  expect(rules.slice(0, 2)).toEqual(['EXCLUDE camera.lan', 'EXCLUDE 192.168.1.7'])
  expect(rules.slice(2).every((rule) => /^MAP \S+ ~NOTFOUND$/.test(rule))).toBe(true)
  for (const host of ['localhost', '127.*', '169.254.*', '172.31.*', '[::1]']) expect(rules).toContain(`MAP ${host} ~NOTFOUND`)
})
