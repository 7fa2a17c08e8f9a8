import { describe, expect, it } from 'vitest'
import { takeLink } from './sign-in-link.ts'

describe('a sign-in link', () => {
  it('is taken out of the URL, from the hash or the query', () => {
    expect(takeLink(new URL('http://host/live#link=abc'))).toEqual({ link: 'abc', rest: '/live' })
    expect(takeLink(new URL('http://host/?a=1&link=abc'))).toEqual({ link: 'abc', rest: '/?a=1' })
    expect(takeLink(new URL('http://host/keys?new'))).toEqual({ link: undefined, rest: '/keys?new' })
  })
})
