import { describe, expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { maxCmcd, parseCmcd } from './cmcd.ts'

describe('CMCD', () => {
  it('reads the keys of version 1 and leaves out what it does not know', () => {
    expect(
      parseCmcd(
        'bl=21300,br=3200,bs,cid="faec5fc2",d=4004,dl=18500,mtp=48100,ot=v,pr=1.08,sf=h,sid="6e2f-b55",st=l,su,tb=6000,com.x-y="a"',
      ),
    ).toEqual({
      bl: 21300,
      br: 3200,
      bs: true,
      cid: 'faec5fc2',
      dl: 18500,
      mtp: 48100,
      ot: 'v',
      pr: 1.08,
      sf: 'h',
      sid: '6e2f-b55',
      st: 'l',
      su: true,
      tb: 6000,
    })
    expect(parseCmcd('su=false,sid=abc, ot=av')).toEqual({ sid: 'abc', ot: 'av' })
    expect(parseCmcd('cid="a\\"b,c"')).toEqual({ cid: 'a"b,c' })
  })

  it('answers a fault for what does not fit', () => {
    for (const text of ['br=fast', 'br="1"', 'sid="open', 'sid=""', 'sid="a"b', 'ot=VIDEO', 'bs=maybe', `cid="${'x'.repeat(maxCmcd)}"`])
      expect(isFault(parseCmcd(text)), text.slice(0, 30)).toBe(true)
    expect(isFault(parseCmcd(Array.from({ length: 60 }, (_, each) => `k${each}`).join()))).toBe(true)
  })
})
