import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFault } from '../formats/fault.ts'
import { maxLinkLength, readAppLink } from './app-link.ts'

describe('a link that opens the program', () => {
  it.each([
    ['ami-streams://', '/'],
    ['ami-streams://open', '/'],
    ['AMI-Streams://open/studio', '/studio'],
    ['ami-streams://open/keys/', '/keys'],
    ['ami-streams://stream/evening', '/live/evening'],
    ['ami-streams://watch/evening_2', '/watch/evening_2'],
    ['ami-streams://collection/Late%20show', '/studio?collection=Late%20show'],
    ['ami-streams://guest/room-1#key=abc_DEF-1', '/guest/room-1#key=abc_DEF-1'],
  ])('%s leads to %s', (link, path) => {
    expect(readAppLink(link)).toBe(path)
  })

  it.each([
    ['https://example.org/', 0],
    ['ami-streams:open', 0],
    ['ami-streams://open/../api/v1/tokens', 21],
    ['ami-streams://open/%2e%2e', 19],
    ['ami-streams://open/studio?do=go-live', 25],
    ['ami-streams://open/studio#link=abc', 25],
    ['ami-streams://watch/Evening', 20],
    ['ami-streams://watch/%2f%2fexample.org', 20],
    ['ami-streams://watch/%ff', 20],
    ['ami-streams://collection/a%22%3E', 25],
    ['ami-streams://golive/now', 14],
    ['ami-streams://user@example.org/studio', 18],
    ['ami-streams://guest/room', 20],
    ['ami-streams://guest/room#key=a&link=b', 24],
    ['ami-streams://open/stu dio', 22],
    ['ami-streams://open\\studio', 18],
  ])('%s is rejected at character %i', (link, offset) => {
    expect(readAppLink(link)).toMatchObject({ offset })
  })

  it('leads to one of few pages, whatever is in it', () => {
    const allowed =
      /^\/$|^\/(?:studio|live|obs|library|activity|settings|keys|inputs|rules|health|log)$|^\/(?:watch|live)\/[a-z0-9][a-z0-9_-]{0,63}$|^\/studio\?collection=[A-Za-z0-9][A-Za-z0-9%._-]*$|^\/guest\/[a-z0-9][a-z0-9_-]{0,63}#key=[A-Za-z0-9_-]{1,128}$/
    const verbs = fc.constantFrom('', 'open', 'watch', 'stream', 'collection', 'guest', 'delete')
    const texts = fc.string({ unit: 'grapheme', maxLength: 40 })
    const links = fc.oneof(
      fc.string({ maxLength: 2000 }),
      fc.tuple(verbs, texts, texts).map(([verb, name, rest]) => `ami-streams://${verb}/${name}#${rest}`),
      fc
        .tuple(verbs, texts, fc.constantFrom('', '/', '?', '#key=', '#link='), texts)
        .map(([verb, name, between, rest]) => `ami-streams://${verb}/${encodeURIComponent(name)}${between}${rest}`),
    )
    fc.assert(
      fc.property(links, (link) => {
        const path = readAppLink(link)
        if (isFault(path)) expect(path.offset).toBeLessThanOrEqual(maxLinkLength)
        else expect(path).toMatch(allowed)
      }),
      { numRuns: 1000 * Number(process.env.FUZZ_RUNS ?? 1) },
    )
  })
})
