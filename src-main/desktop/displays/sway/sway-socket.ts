import { connect } from 'node:net'

/** Starts each message of sway's socket, which is i3's: then come the length and the type of what follows, in the machine's byte order. */
const magic = Buffer.from('i3-ipc', 'latin1')
const headBytes = magic.length + 8
const runCommand = 0
const getTree = 4
/** A compositor that has not answered by then hangs, ms. */
const answerMs = 2000
/** Longer answers are given up, bytes. */
const maxAnswerBytes = 1024 * 1024

/** Has sway run a command, as its configuration would. Rejects where it does not answer, or says that the command failed. */
export async function runSwayCommand(socket: string, command: string): Promise<void> {
  const answer: unknown = JSON.parse((await ask(socket, runCommand, command)).toString('utf8'))
  const results = Array.isArray(answer) ? (answer as readonly { readonly success?: unknown; readonly error?: unknown }[]) : []
  const failed = results.find(({ success }) => success !== true)
  if (failed !== undefined || results.length === 0) throw new Error(`sway: ${String(failed?.error ?? 'no answer')}`)
}

/** Its outputs, workspaces and windows, in each other, as sway describes them. Rejects where it does not answer. */
export async function readSwayTree(socket: string): Promise<unknown> {
  return JSON.parse((await ask(socket, getTree, '')).toString('utf8'))
}

function ask(socket: string, type: number, payload: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket)
    let received = Buffer.alloc(0)
    const fail = (why: string): void => {
      connection.destroy()
      reject(new Error(why))
    }
    connection.setTimeout(answerMs, () => fail('sway does not answer'))
    connection.on('error', (error) => fail(error.message))
    connection.on('close', () => reject(new Error('sway closed the connection')))
    connection.on('connect', () => {
      const text = Buffer.from(payload)
      const head = Buffer.alloc(headBytes)
      magic.copy(head)
      head.writeUInt32LE(text.length, magic.length)
      head.writeUInt32LE(type, magic.length + 4)
      connection.write(Buffer.concat([head, text]))
    })
    connection.on('data', (data) => {
      received = Buffer.concat([received, data])
      if (received.length < headBytes) return
      const length = received.readUInt32LE(magic.length)
      if (length > maxAnswerBytes) fail('the answer of sway is too long')
      else if (received.length >= headBytes + length) {
        resolve(received.subarray(headBytes, headBytes + length))
        connection.destroy()
      }
    })
  })
}
