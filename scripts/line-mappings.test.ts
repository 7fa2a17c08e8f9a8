import { SourceMap } from 'node:module'
import { describe, expect, it } from 'vitest'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { lineMappings } from './line-mappings.mjs'

describe('mappings by line', () => {
  it('name the line that each line comes from, whatever file it is of', () => {
    // Two words of a.ts line 1, nothing, three of b.ts line 41 with a step back, one of a.ts line 3.
    const mappings = 'AAAA,IAAA;;ACwCK,IAAA,KALL;ADxCE'
    const map = new SourceMap({ version: 3, file: '', sources: ['a.ts', 'b.ts'], names: [], sourceRoot: '', sourcesContent: [], mappings })
    const lean = new SourceMap({ ...map.payload, mappings: lineMappings(mappings) })
    for (const line of [0, 2, 3]) {
      const { originalSource, originalLine } = map.findEntry(line, 0) as { originalSource: string; originalLine: number }
      expect(lean.findEntry(line, 30)).toMatchObject({ originalSource, originalLine })
    }
    expect(lineMappings(mappings)).not.toContain(',')
  })
})
