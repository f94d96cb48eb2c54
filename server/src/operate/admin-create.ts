import { roleUrl } from '@second-look/infra/config';
import { z } from 'zod';
import { enrolFirst } from '../features/people/enrol.ts';
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
    const asking = openQuestions();
    try {
      const organisation = await answerTo('organisation', options, asking);
      const kind = await answerTo('kind', options, asking);
      const name = await answerTo('name', options, asking);
      const email = await answerTo('email', options, asking);
      const password = await passwordFrom(options, asking);
      const isMade = await enrolFirst(roleUrl(config.databaseUrl, config.secret, 'migrator'), {
        organisations: [{ key: 'first', name: organisation, kind }],
        people: [
          { name, email, password, memberships: [{ organisation: 'first', role: 'admin' }] },
        ],
      });
      if (!isMade)
        throw new OperatorProblem(
          'There are accounts already, so nothing was changed: the first administrator is made once.',
        );
      say(`${organisation} is made, and ${email} can sign in.`);
      return 0;
    } finally {
      asking.close();
    }
  },
};

async function answerTo<S extends Subject>(
  subject: S,
  options: Record<string, unknown>,
  asking: Questions,
): Promise<z.output<(typeof answers)[S]>> {
  const given = options[subject] ?? (await asking.ask(questions[subject]));
  if (given === undefined) throw new UsageProblem(`--${subject} is missing. ${how}`);
  return check(subject, given);
}

async function passwordFrom(options: Record<string, unknown>, asking: Questions): Promise<string> {
  if (options['password-stdin']) return check('password', await asking.firstLine());
  const password = await asking.askSecretly('Password, 12 characters or more: ');
  if (password === undefined)
    throw new UsageProblem(`Nobody is here to type a password: use --password-stdin. ${how}`);
  check('password', password);
  if (password !== (await asking.askSecretly('The same again: ')))
    throw new OperatorProblem(
      'The two passwords differ, so nothing was changed. Please try again.',
    );
  return password;
}

const how = 'See: second-look admin create --help';

function check<S extends keyof typeof answers>(
  subject: S,
  given: unknown,
): z.output<(typeof answers)[S]> {
  const { success, data, error } = answers[subject].safeParse(given);
  if (!success) throw new UsageProblem(`The ${subject} ${error.issues[0]?.message}. ${how}`);
  return data as z.output<(typeof answers)[S]>;
}
