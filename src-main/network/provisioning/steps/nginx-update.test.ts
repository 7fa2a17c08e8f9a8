import { describe, expect, it } from 'vitest'
import { readNginxUpdate } from './nginx-update.ts'

describe('an update of nginx', () => {
  it('is done where the version after it is another', () => {
    const lines = [
      'before libnginx-mod-http-js=0.7.9',
      'before nginx=1.22.1-9',
      'after libnginx-mod-http-js=0.7.9',
      'after nginx=1.22.1-11',
    ]
    expect(readNginxUpdate([...lines, 'newest nginx=1.22.1-11', 'newest libnginx-mod-http-js=0.7.9'])).toEqual({
      ...{ state: 'updated', text: 'nginx was updated from 1.22.1-9 to 1.22.1-11' },
    })
    expect(readNginxUpdate([...lines, 'problem E: no network']).state).toBe('updated')
  })

  it('says where nothing newer is there, and where nothing is', () => {
    const lines = ['before nginx=1', 'after nginx=1']
    expect(readNginxUpdate([...lines, 'newest nginx=1'])).toEqual({ state: 'newest', text: 'nginx 1 is already the newest' })
    expect(readNginxUpdate(lines).state, 'no list of newest versions').toBe('newest')
    expect(readNginxUpdate([]).state).toBe('missing')
  })

  it('fails where an index could not be fetched, or the newest version was kept back', () => {
    const lines = ['before nginx=1', 'after nginx=1']
    expect(readNginxUpdate([...lines, 'newest nginx=1', 'problem E: Could not get lock'])).toEqual({
      ...{ state: 'failed', text: 'nginx stays at 1, and whether there is a newer one is not known: E: Could not get lock' },
    })
    expect(readNginxUpdate([...lines, 'newest nginx=2'])).toEqual({ state: 'failed', text: 'nginx stays at 1, and 2 is there' })
  })
})
