import Hls from 'hls-parser'
import m3u8Parser from 'm3u8-parser'

// It reads a hint at the next segment as a segment, and then finds that parts of four are listed.
Hls.setOptions({ silent: true })

/** What other parsers say against a playlist: m3u8-parser its warnings, hls-parser what it throws. */
export function parserComplaints(playlist: string): string[] {
  const said: string[] = []
  const parser = new m3u8Parser.Parser()
  parser.on('warn', (event) => said.push(`m3u8-parser: ${event.message}`))
  parser.push(playlist)
  parser.end()
  try {
    Hls.parse(playlist)
  } catch (error) {
    said.push(`hls-parser: ${(error as Error).message}`)
  }
  return said
}
