import { describe, expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { joinHostPort } from '../../../platform/net/ip-address.ts'
import { compileIpRules } from './ip-rules.ts'

describe('IP address rules', () => {
  it('let everybody in while they are empty', () => {
    expect(compileIpRules({ allow: [], deny: [] }).admits('203.0.113.7:4000')).toBe(true)
  })

  it('deny is stronger than allow, and IPv4 in IPv6 is IPv4', () => {
    expect(compileIpRules({ allow: [], deny: ['2001:db8::1'] }).admits(joinHostPort('2001:db8::1', 9999))).toBe(false)
    const filter = compileIpRules({ allow: ['10.0.0.0/8', '2001:db8::/32'], deny: ['10.1.0.0/16'] })
    expect(['10.2.3.4', '10.2.3.4:5', '::ffff:10.2.3.4', '[2001:db8::1]:80', '2001:db8::1'].map((one) => filter.admits(one))).toEqual(
      Array(5).fill(true),
    )
    expect(['10.1.2.3', '::ffff:10.1.2.3', '11.0.0.1', '2001:db9::1', 'nonsense'].map((one) => filter.admits(one))).toEqual(
      Array(5).fill(false),
    )
  })

  it('name the line that is no network', () => {
    for (const bad of ['10.0.0.0/33', 'example.com', '10.0.0.0/8/8', '::1/129', '10.0.0.0/x']) {
      expect(() => compileIpRules({ allow: ['10.0.0.1'], deny: [bad] })).toThrow(AppError)
      expect(() => compileIpRules({ allow: [], deny: ['10.0.0.1', bad] })).toThrow(/line 2/)
    }
  })

  it('an IP address that cannot be read is not on a list: it is allowed unless only some are', () => {
    expect(compileIpRules({ allow: [], deny: ['10.0.0.1'] }).admits('nonsense')).toBe(true)
    expect(compileIpRules({ allow: ['10.0.0.1'], deny: [] }).admits('')).toBe(false)
  })
})
