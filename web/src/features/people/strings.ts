import { addStrings } from '../../app/i18n.ts';
import strings from './strings.en-GB.json';

addStrings('people', strings);
