import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))
/** Screenshots and logs of a run; removed by the next `npm test`. */
export const artifacts = fileURLToPath(new URL('../../artifacts/', import.meta.url))
