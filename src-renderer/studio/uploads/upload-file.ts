import { runUpload } from '../../components/uploads/upload-store.ts'
import type { UploadedFile } from '../types.ts'
import { type Sent, sendFile } from './send-file.ts'

const send = (file: File, bundle: boolean): Promise<Sent | undefined> =>
  runUpload(file, (signal, progress) => sendFile(file, bundle, signal, progress))

/** Sends a file to the host, and shows how far it is. Resolves with undefined where it failed or was cancelled, which has been said. */
export const uploadFile = async (file: File): Promise<UploadedFile | undefined> => (await send(file, false))?.file ?? undefined

/** Sends a show with its media; resolves with the id of the upload. */
export const uploadBundle = async (file: File): Promise<string | undefined> => (await send(file, true))?.upload
