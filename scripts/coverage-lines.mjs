/**
 * Lines of TypeScript sources that ran, from what V8 counted (`NODE_V8_COVERAGE`). Node strips types in place, so that V8's offsets are
 * those of the source.
 */
import { stripTypeScriptTypes } from 'node:module'

/** Numbers of the lines (from 0) that hold code: no types, comments, blank lines and closing brackets. */
export function codeLines(source) {
  const found = []
  let inComment = false
  for (const [number, line] of stripTypeScriptTypes(source).split('\n').entries()) {
    const text = line.trim()
    if (inComment) {
      inComment = !text.includes('*/')
      continue
    }
    if (text.startsWith('/*')) {
      inComment = !text.includes('*/')
      continue
    }
    if (!text.startsWith('//') && /\w/.test(text)) found.push(number)
  }
  return found
}

/**
 * Which of the lines ran: those whose first character did in any of the reports.
 * @param reports for each process or thread that loaded the source, V8's `functions` of it
 */
export function coveredLines(source, lines, reports) {
  const covered = new Set()
  const starts = []
  let offset = 0
  for (const line of source.split('\n')) {
    starts.push(offset + (line.length - line.trimStart().length))
    offset += line.length + 1
  }
  for (const functions of reports) {
    // The innermost range around a character counts it; V8 lists inner ones after those around them.
    const ranges = functions.flatMap(({ ranges }) => ranges)
    for (const line of lines) {
      if (covered.has(line)) continue
      const at = starts[line]
      let innermost
      for (const range of ranges) {
        if (range.startOffset > at || range.endOffset <= at) continue
        if (!innermost || range.endOffset - range.startOffset <= innermost.endOffset - innermost.startOffset) innermost = range
      }
      if (innermost !== undefined && innermost.count > 0) covered.add(line)
    }
  }
  return covered
}
