import type { HistoryStep } from '../edits/edit-history.ts'

/** A state of the collection's file that the history knows: which of its steps were done then. */
export interface UndoMark {
  /** Digest of the file's text. */
  readonly digest: string
  /** Number of the step that is next to be done again. */
  readonly position: number
  readonly revision: number
}

export interface KeptHistory {
  /** Number of the first step: those before it were dropped. */
  readonly first: number
  readonly steps: readonly HistoryStep[]
  /** Two of them while the file is being written: the state before and the one to come. */
  readonly marks: readonly UndoMark[]
}

interface Box {
  encrypt(secret: string): string
  open(encrypted: string): string
}

const format = { format: 'ami-streams/undo', version: 1 } as const

/** Each step is encrypted once, however often the file is written: steps hold secrets as collections do. */
const encrypted = new WeakMap<HistoryStep, string>()

/** The file beside a collection that keeps its history: a head, and a line for each step. */
export function writeHistory({ steps, first, marks }: KeptHistory, box: Box): string {
  const lines = [JSON.stringify({ ...format, first, marks })]
  for (const step of steps) {
    let line = encrypted.get(step)
    if (line === undefined) {
      line = box.encrypt(JSON.stringify(step))
      encrypted.set(step, line)
    }
    lines.push(line)
  }
  return `${lines.join('\n')}\n`
}

/** What was kept; undefined where it cannot be read: a collection without its history is whole. */
export function readHistory(text: string, box: Box): KeptHistory | undefined {
  try {
    const [head = '', ...lines] = text.trimEnd().split('\n')
    const kept = JSON.parse(head) as typeof format & { readonly first: number; readonly marks: UndoMark[] }
    if (kept.format !== format.format || kept.version !== format.version) return undefined
    const steps = lines.map((line) => {
      const step = JSON.parse(box.open(line)) as HistoryStep
      encrypted.set(step, line)
      return step
    })
    return { steps, first: kept.first, marks: kept.marks }
  } catch {
    return undefined
  }
}
