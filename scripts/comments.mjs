/** Finds the comments of a source file, for the word check. */
import { extname } from 'node:path'
import { parseSync } from 'rolldown/utils'

/** Strings come first in each pattern, so that a comment's mark inside one is skipped. */
const patterns = {
  c: /R"(\w*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])*'|(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)/g,
  css: /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|url\([^)'"]*\)|(?<comment>\/\*[\s\S]*?\*\/)/g,
  markup: /(?<comment><!--[\s\S]*?-->)/g,
  hash: /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<comment>(?<![^\s])#[^\n]*)/g,
  sql: /'[^']*'|(?<comment>--[^\n]*|\/\*[\s\S]*?\*\/)/g,
}

const patternByExtension = new Map([
  ...['.h', '.c', '.cc', '.mm', '.cpp'].map((extension) => [extension, patterns.c]),
  ['.css', patterns.css],
  ...['.html', '.xml', '.svg'].map((extension) => [extension, patterns.markup]),
  ...['.py', '.sh', '.yml', '.yaml', '.toml', '.txt', '.desktop', '.service', ''].map((extension) => [extension, patterns.hash]),
  ['.sql', patterns.sql],
])

/** Whether a file is JavaScript or TypeScript. */
export const isScript = (file) => /\.[cm]?[jt]sx?$/.test(file)

/** Whether `commentsOf` can read this file's language. */
export const hasComments = (file) => isScript(file) || patternByExtension.has(extname(file))

/**
 * Comments of a source file without their marks, as `{ line, text }`. Line comments below each other are one, so that a phrase is found
 * over a line break.
 */
export function commentsOf(file, source) {
  const ranges = []
  for (const { start, end } of isScript(file) ? scriptComments(file, source) : matchedComments(file, source)) {
    if (source.startsWith('#!', start)) continue
    const last = ranges.at(-1)
    if (
      last !== undefined &&
      isLineComment(source, start) &&
      isLineComment(source, last.start) &&
      /^\n[ \t]*$/.test(source.slice(last.end, start))
    )
      last.end = end
    else ranges.push({ start, end })
  }
  let line = 1
  let from = 0
  return ranges.map(({ start, end }) => {
    line += countLines(source, from, start)
    from = start
    return { line, text: withoutMarks(source.slice(start, end)) }
  })
}

function scriptComments(file, source) {
  const { comments, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`)
  return comments
}

const matchedComments = (file, source) =>
  [...source.matchAll(patternByExtension.get(extname(file)))]
    .filter((match) => match.groups.comment !== undefined)
    .map((match) => ({ start: match.index, end: match.index + match[0].length }))

const isLineComment = (source, start) => /\/\/|#|--/y.test(source.slice(start, start + 2))

const withoutMarks = (comment) =>
  comment
    .replace(/^[ \t]*(\/\/+|\/\*+|\*(?!\/)|#+|--+|<!--)/gm, '')
    .replace(/\s*(\*+\/|-->)$/, '')
    // The name of a parameter is code.
    .replace(/@param [\w.]+/g, '@param')

function countLines(source, from, to) {
  let lines = 0
  for (let at = source.indexOf('\n', from); at !== -1 && at < to; at = source.indexOf('\n', at + 1)) lines += 1
  return lines
}
