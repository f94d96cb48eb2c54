import { roleUrl } from '@second-look/infra/config';
import { z } from 'zod';
import { enrolFirst, isSetUp } from '../features/people/enrol.ts';
import { openQuestions, type Questions } from './ask.ts';
import { type Command, OperatorProblem, UsageProblem } from './command.ts';

const answers = {
  organisation: z.string().trim().min(1, 'needs a name').max(200, 'is too long'),
  kind: z.enum(['school', 'trust'], 'is "school" or "trust"'),
  name: z.string().trim().min(1, 'needs a name').max(200, 'is too long'),
  email: z.string().trim().toLowerCase().pipe(z.email('is no e-mail address').max(320)),
  // What better-auth takes (server/src/features/session/auth.ts, and its own most).
  password: z
    .string()
    .min(12, 'needs 12 characters or more')
    .max(128, 'has 128 characters at most'),
};
type Subject = Exclude<keyof typeof answers, 'password'>;

const questions: Record<Subject, string> = {
  organisation: 'Name of the school or trust: ',
  kind: 'Is it a school or a trust? ',
  name: "The administrator's name: ",
  email: "The administrator's e-mail address: ",
};

export const adminCreateCommand: Command = {
  usage:
    '[--organisation <name> --kind school|trust --name <name> --email <address>] [--password-stdin]',
  summary: 'make the organisation and its first administrator, once',
  help: `Makes the school or trust and the first person in it, who signs in with the e-mail address and the password
given here. What is not named it asks for; the password it asks for twice and never shows. It works once:
where anybody has an account already it changes nothing.

An administrator manages accounts and sees nobody's lessons.

  --organisation    name of the school or trust
  --kind            school, or trust (a group of schools)
  --name            the administrator's name, as colleagues see it
  --email           the administrator's e-mail address
  --password-stdin  reads the password from standard input instead of asking for it`,
  options: {
    organisation: { type: 'string' },
    kind: { type: 'string' },
    name: { type: 'string' },
    email: { type: 'string' },
    'password-stdin': { type: 'boolean' },
  },
  words: [0, 0],
  async run({ open, options, say }) {
    const { config } = await open();
    const url = roleUrl(config.databaseUrl, config.secret, 'migrator');
    if (await isSetUp(url)) throw new OperatorProblem(madeOnce);
    const asking = openQuestions();
    const dialogue = { asking, say };
    try {
      const organisation = await answerTo('organisation', options, dialogue);
      const kind = await answerTo('kind', options, dialogue);
      const name = await answerTo('name', options, dialogue);
      const email = await answerTo('email', options, dialogue);
      const password = await passwordFrom(options, dialogue);
      const isMade = await enrolFirst(url, {
        organisations: [{ key: 'first', name: organisation, kind }],
        people: [
          { name, email, password, memberships: [{ organisation: 'first', role: 'admin' }] },
        ],
      });
      if (!isMade) throw new OperatorProblem(madeOnce);
      say(`${organisation} is made, and ${email} can sign in.`);
      say(`The address is ${config.publicUrl}`);
      return 0;
    } finally {
      asking.close();
    }
  },
};

interface Dialogue {
  asking: Questions;
  say(line: string): void;
}

async function answerTo<S extends Subject>(
  subject: S,
  options: Record<string, unknown>,
  { asking, say }: Dialogue,
): Promise<Fit<S>> {
  if (options[subject] !== undefined) return check(subject, options[subject]);
  const answer = await askUntilFit(subject, () => asking.ask(questions[subject]), say);
  if (answer === undefined) throw new UsageProblem(`--${subject} is missing. ${how}`);
  return answer;
}

async function passwordFrom(
  options: Record<string, unknown>,
  { asking, say }: Dialogue,
): Promise<string> {
  if (options['password-stdin']) return check('password', await asking.firstLine());
  const ask = () => asking.askSecretly('Password, 12 characters or more: ');
  const password = await askUntilFit('password', ask, say);
  if (password === undefined)
    throw new UsageProblem(`Nobody is here to type a password: use --password-stdin. ${how}`);
  if (password !== (await asking.askSecretly('The same again: ')))
    throw new OperatorProblem(
      'The two passwords differ, so nothing was changed. Please try again.',
    );
  return password;
}

const how = 'See: second-look admin create --help';
const madeOnce =
  'There are accounts already, so nothing was changed: the first administrator is made once.';

type Fit<S extends keyof typeof answers> = z.output<(typeof answers)[S]>;

/** Asks until the answer will do. @returns undefined where nobody is there to answer */
async function askUntilFit<S extends keyof typeof answers>(
  subject: S,
  ask: () => Promise<string | undefined>,
  say: (line: string) => void,
): Promise<Fit<S> | undefined> {
  for (;;) {
    const given = await ask();
    if (given === undefined) return undefined;
    const { answer, flaw } = judge(subject, given);
    if (flaw === undefined) return answer;
    say(`${flaw} Please answer again.`);
  }
}

function check<S extends keyof typeof answers>(subject: S, given: unknown): Fit<S> {
  const { answer, flaw } = judge(subject, given);
  if (flaw !== undefined) throw new UsageProblem(`${flaw} ${how}`);
  return answer;
}

type Judgement<S extends keyof typeof answers> =
  | { answer: Fit<S>; flaw?: undefined }
  | { answer?: undefined; flaw: string };

function judge<S extends keyof typeof answers>(subject: S, given: unknown): Judgement<S> {
  const { success, data, error } = answers[subject].safeParse(given);
  if (!success) return { flaw: `The ${subject} ${error.issues[0]?.message}.` };
  return { answer: data as Fit<S> };
}
