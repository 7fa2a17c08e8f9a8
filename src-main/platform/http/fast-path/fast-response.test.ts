import { expect, it } from 'vitest'
import { FastResponse } from './fast-response.ts'

it('has one Date, that of the server which it is handed on from where there is one', () => {
  const dates = (headers: Record<string, string>): string[] => {
    let text = ''
    const response = new FastResponse(
      {
        send(pieces) {
          text += Buffer.concat(pieces).toString('latin1')
          return true
        },
        cork: () => undefined,
        uncork: () => undefined,
        destroy: () => undefined,
        closes: false,
      },
      false,
    )
    response.writeHead(200, { 'content-length': '0', ...headers })
    response.end()
    return [...text.matchAll(/^date: (.*)\r$/gim)].map(([, date]) => date as string)
  }
  const earlier = 'Tue, 24 Nov 2026 20:00:00 GMT'
  expect(dates({ date: earlier })).toEqual([earlier])
  expect(dates({})).toHaveLength(1)
})
