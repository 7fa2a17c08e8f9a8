/** What a literal is behind that is no sentence for people. */
const notForPeople = /(?:new (?:Type)?Error\(|log\.\w+\([^)]*|from )$/

/** English sentences in the text of a TypeScript file: literals of three words and more, with {} for what a template puts in. */
export function* sentencesIn(code: string): Generator<string> {
  for (let at = 0; at < code.length; at++) {
    const letter = code[at]
    if (letter === '/' && code[at + 1] === '/') at = endOf(code, '\n', at)
    else if (letter === '/' && code[at + 1] === '*') at = endOf(code, '*/', at) + 1
    else if (letter === "'" || letter === '"' || letter === '`') {
      const { text, end } = literalAt(code, at)
      const before = code.slice(Math.max(0, at - 60), at).trim()
      at = end
      if (/^(?:[A-Z"]|\{\})/.test(text) && /[a-z]{2} [a-z]/.test(text) && text.split(' ').length > 2 && !notForPeople.test(before))
        yield text
    }
  }
}

function endOf(code: string, what: string, from: number): number {
  const found = code.indexOf(what, from)
  return found < 0 ? code.length : found
}

/** The literal that opens there, and where it closes. */
function literalAt(code: string, open: number): { readonly text: string; readonly end: number } {
  const quote = code[open]
  let text = ''
  let at = open + 1
  for (; at < code.length && code[at] !== quote; at++) {
    if (code[at] === '\\') text += code[++at]
    else if (quote === '`' && code.startsWith('${', at)) {
      at = closingBrace(code, at + 2)
      text += '{}'
    } else text += code[at]
  }
  return { text, end: at }
}

function closingBrace(code: string, from: number): number {
  let depth = 1
  for (let at = from; at < code.length; at++) {
    if (code[at] === '{') depth++
    else if (code[at] === '}' && --depth === 0) return at
  }
  return code.length
}
