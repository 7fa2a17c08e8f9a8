import { locale } from '../../messages/language.ts'
import { commandOutput } from '../commands.ts'
import { t } from '../messages.ts'

/** Marks a chapter where a recording is now, named by the time of day. */
export const addChapter = (output: string) =>
  commandOutput(output, 'chapter', { name: t.outputs.chapterName(new Date().toLocaleTimeString(locale, { hour12: false })) })
