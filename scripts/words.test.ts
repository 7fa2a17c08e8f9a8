import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { commentsOf } from './comments.mjs'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { findWords, proseOf, readGlossary, stringsOf } from './words.mjs'

const contributing = [
  '# Contributing',
  '## Glossary',
  'Words.',
  '',
  '| instead of | write | right in |',
  '|---|---|---|',
  '| begin, begun anew | start | BEGIN CERTIFICATE |',
  '| picture, pictures | frame | picture in picture |',
  '## Changes',
  '| begin | is not in the table | |',
].join('\n')
const glossary = readGlossary(contributing)
const wordsOf = (texts: { line: number; text: string }[]): string[] =>
  findWords(glossary, texts).map((found: { line: number; word: string; write: string }) => `${found.line} ${found.word}: ${found.write}`)

describe('the word check', () => {
  it('finds words in any case and phrases over a line break, with their line', () => {
    expect(wordsOf([{ line: 7, text: 'Begin.\nIt is begun\n  anew with Pictures' }])).toEqual([
      '7 Begin: start',
      '8 begun anew: start',
      '9 Pictures: frame',
    ])
  })

  it('passes names in code, parts of other words and phrases that are right', () => {
    expect(
      wordsOf([{ line: 1, text: 'beginner, /live/picture, `begin`, picture-size, -----BEGIN CERTIFICATE, picture in picture' }]),
    ).toEqual([])
  })

  it('reads prose without blocks of code, targets of links and the glossary', () => {
    const markdown = ['Begin', '```sh', 'begin', '```', '[a picture](begin)', '## Glossary', '| begin |', '## Next', 'pictures'].join('\n')
    expect(wordsOf(proseOf(markdown))).toEqual(['1 Begin: start', '5 picture: frame', '9 pictures: frame'])
  })

  it('reads messages and the text of a page, not names, classes and statements of SQL', () => {
    const source = [
      "const kind = 'picture'",
      "throw new Error('No picture came')",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is source code
      'const line = `${kind} begin`',
      "run('SELECT picture FROM frame')",
      'const page = <p className="picture wide" title="Picture">begin</p>',
      '// begin',
    ].join('\n')
    expect(wordsOf(stringsOf('page.tsx', source))).toEqual(['2 picture: frame', '3 begin: start', '5 Picture: frame', '5 begin: start'])
  })

  it('reads single words of the message files, not their keys', () => {
    const source = "export const player = { 'picture': 'begin' }"
    expect(wordsOf(stringsOf('src-renderer/messages/en/player.ts', source))).toEqual(['1 begin: start'])
  })

  it('reads of a test only its names', () => {
    const source = "describe('pictures', () => { it.each([1])('begin %s', () => { expect(text).toBe('a picture came') }) })"
    expect(wordsOf(stringsOf('page.test.ts', source)).map((found) => found.slice(2))).toEqual(['pictures: frame', 'begin: start'])
  })

  it('reads comments, also a phrase over two lines of them', () => {
    const source = ['/* a picture */', '// it is begun', '//   anew', 'run()'].join('\n')
    expect(wordsOf(commentsOf('native/a.cc', source))).toEqual(['1 picture: frame', '2 begun anew: start'])
    expect(wordsOf(commentsOf('src-main/a.ts', source))).toEqual(['1 picture: frame', '2 begun anew: start'])
  })

  it('reads the table of CONTRIBUTING.md', () => {
    const own = readGlossary(readFileSync(join(import.meta.dirname, '..', 'CONTRIBUTING.md'), 'utf8'))
    expect(findWords(own, [{ line: 1, text: 'who is told' }])).toEqual([{ line: 1, word: 'told', write: 'notify, report, say, listen' }])
    expect(() => readGlossary('# Contributing')).toThrow('no table')
  })
})
