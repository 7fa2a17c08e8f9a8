import { describe, expect, it } from 'vitest'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { commentsOf, hasComments } from './comments.mjs'

const commentsIn = (file: string, lines: string[]): string[] =>
  commentsOf(file, lines.join('\n')).map(({ line, text }: { line: number; text: string }) => `${line}:${text.replace(/\s+/g, ' ')}`)

describe('comments of source files', () => {
  it('are found in TypeScript, not in strings, templates and regular expressions', () => {
    expect(
      commentsIn('a.tsx', [
        '#!/usr/bin/env node',
        '/**',
        ' * One over',
        ' * two lines.',
        ' */',
        "const url = 'http://x' // two",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is source code
        'const line = `// no ${/* three */ 1} // no`.replace(/\\/\\/x/, "/* no */")',
        'const page = <p>{/* four */}// no</p>',
      ]),
    ).toEqual(['2: One over two lines.', '6: two', '7: three', '8: four'])
  })

  it('are one where line comments are below each other', () => {
    expect(commentsIn('a.ts', ['// one', '// two', '', '// three', 'run() // four'])).toEqual(['1: one two', '4: three', '5: four'])
  })

  it('are found in C++, not in strings, characters and raw strings', () => {
    expect(
      commentsIn('a.cc', [
        'const char* a = "// no \\" /* no */"; // one',
        "char quote = '\"'; /* two */",
        'auto b = R"x(// no)x";',
        "int c = 1'000'000; // three",
      ]),
    ).toEqual(['1: one', '2: two', '4: three'])
  })

  it('are found in style sheets, pages, Python, shell, CMake and SQL', () => {
    expect(commentsIn('a.css', ['/* one */ a { background: url(//no); content: "/* no */" }'])).toEqual(['1: one'])
    expect(commentsIn('a.html', ['<p>// no</p>', '<!-- one -->'])).toEqual(['2: one'])
    expect(commentsIn('a.py', ['a = "# no"', "b = '''", '# of a text', "''' # one"])).toEqual(['4: one'])
    expect(commentsIn('a.sh', ['#!/bin/sh', 'echo "# no" $# # one'])).toEqual(['2: one'])
    expect(commentsIn('CMakeLists.txt', ['project(a) # one'])).toEqual(['1: one'])
    expect(commentsIn('a.sql', ["SELECT '-- no' -- one"])).toEqual(['1: one'])
  })

  it('are known of all languages but data', () => {
    expect(['a.ts', 'a.mjs', 'a.tsx', 'a.h', 'a.cc', 'a.mm', 'a.css', 'a.html', 'a.py', '.ci/run', '.gitignore'].every(hasComments)).toBe(
      true,
    )
    expect(['a.json', 'a.png', 'a.md'].some(hasComments)).toBe(false)
  })

  it('name parameters by their names in code', () => {
    expect(commentsIn('a.ts', ['/** @param door where it leads */'])).toEqual(['1: @param where it leads'])
  })
})
