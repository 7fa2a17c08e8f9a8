import { optionsDocument } from '../platform/config/options-document.ts'
import { configSpecs } from './config.ts'

process.stdout.write(optionsDocument(configSpecs))
