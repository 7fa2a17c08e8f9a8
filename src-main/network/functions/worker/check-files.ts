import { stripTypeScriptTypes } from 'node:module'
import type { DeployedFiles, FileFault } from '../run-messages.ts'
import { checkSyntax, StartFault } from './sandbox.ts'

/** What becomes of deployed files. */
export interface CheckedFiles {
  readonly files: Record<string, string>
  readonly modules: Record<string, string>
  readonly faults: FileFault[]
}

/** Removes types, leaving lines and columns where they are, and finds mistakes. */
export async function checkFiles({ files }: DeployedFiles): Promise<CheckedFiles> {
  const checked: CheckedFiles = { files: {}, modules: {}, faults: [] }
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('.wasm')) {
      checked.modules[name] = content
      continue
    }
    try {
      const code = name.endsWith('.ts') ? withoutTypes(name, content) : content
      await checkSyntax(name, code)
      checked.files[name] = code
    } catch (error) {
      if (!(error instanceof StartFault)) throw error
      checked.faults.push(error.fault)
    }
  }
  return checked
}

function withoutTypes(file: string, text: string): string {
  try {
    return stripTypeScriptTypes(text, { mode: 'strip', sourceUrl: file })
  } catch (error) {
    const { message, stack = '' } = error as Error
    // `FILE:LINE`, lines of the file, and a caret below the column.
    const place = /^[^\n]*:(\d+)\n[\s\S]*?\n( *)\^/.exec(stack)
    throw new StartFault({
      file,
      line: Number(place?.[1] ?? 0),
      column: place === null ? 0 : (place[2]?.length ?? 0) + 1,
      message: message.split('\n')[0] ?? message,
    })
  }
}
