import { errorsDocument } from '../platform/errors-document.ts'

process.stdout.write(errorsDocument())
