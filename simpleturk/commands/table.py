"""The commands, as a table: under which heading, in which module, with which help and examples.

`simpleturk --help` reads only this table: a command's module is imported when the command runs.
"""

from simpleturk.commands.entries import Entry, GroupEntry

FORM = GroupEntry(
    "Check forms: templates in YAML or JSON, without HTML.",
    {
        "check": Entry(
            "tasks.form:check",
            "Check a form, and list its fields.",
            (("Check a form.", "simpleturk form check form.yaml"),),
        ),
        "expand": Entry(
            "tasks.form:expand",
            "Write the versions of a form with tokens.",
            (("Write task_data.json of a FormComposer directory.", "simpleturk form expand birds"),),
        ),
        "permute": Entry(
            "tasks.form:permute",
            "Write all combinations of separate token values.",
            (("Write token_sets_values_config.json.", "simpleturk form permute birds"),),
        ),
        "schema": Entry(
            "tasks.form:schema",
            "Print the JSON Schema of forms, for editors.",
            (("Save the schema beside the form.", "simpleturk form schema > form.schema.json"),),
        ),
    },
)
REQUESTER = GroupEntry(
    "Manage requesters: API access keys, money, payments.",
    {
        "add": Entry(
            "marketplace.requester:add",
            "Add a requester and print their access key as JSON.",
            (("Save the key of a new requester.", "simpleturk requester add 'Vision Lab' > key.json"),),
        ),
        "list": Entry(
            "marketplace.requester:list_",
            "List requesters with their keys and money.",
            (("Print the names only.", "simpleturk requester list | jq -r .requester"),),
        ),
        "rename": Entry(
            "marketplace.requester:rename",
            "Change the name under which workers see a requester.",
            (("Let workers see who publishes the HITs.", "simpleturk requester rename 'Vision Lab'"),),
        ),
        "revoke": Entry(
            "marketplace.requester:revoke",
            "Revoke an access key, or all keys of a requester.",
            (
                ("Revoke one key.", "simpleturk requester revoke AKIA2E0A8F3B244C9986"),
                ("Revoke all keys of a requester.", "simpleturk requester revoke 'Vision Lab'"),
            ),
        ),
        "deposit": Entry(
            "marketplace.requester:deposit",
            "Add money to a requester's account.",
            (("Add 250 USD.", "simpleturk requester deposit 250 --requester 'Vision Lab'"),),
        ),
        "unlimited": Entry(
            "marketplace.requester:unlimited",
            "Remove the spending limit of a requester.",
            (("Remove the limit of the local requester.", "simpleturk requester unlimited"),),
        ),
        "payments": Entry(
            "marketplace.requester:payments",
            "Print what a requester owes workers, as CSV.",
            (
                ("Save all unpaid payments.", "simpleturk requester payments > pay.csv"),
                ("Print one sum per worker.", "simpleturk requester payments --by-worker"),
            ),
        ),
        "paid": Entry(
            "marketplace.requester:paid",
            "Mark the payments in a file as paid.",
            (("Mark the payments saved before.", "simpleturk requester paid pay.csv"),),
        ),
    },
)

WORKER = GroupEntry(
    "Manage workers: accounts, invitations, attributes.",
    {
        "add": Entry(
            "workers.worker:add",
            "Create accounts and print password links as JSON Lines.",
            (
                ("Create two accounts.", "simpleturk worker add ann bob"),
                ("Create the accounts in a file.", "simpleturk worker add --workers lab.csv > links.jsonl"),
            ),
        ),
        "invite": Entry(
            "workers.worker:invite",
            "Print a link with which people create their own account.",
            (("Invite up to 30 people for a week.", "simpleturk worker invite --uses 30 --days 7"),),
        ),
        "list": Entry(
            "workers.worker:list_",
            "List all workers.",
            (("Print the ids only.", "simpleturk worker list | jq -r .worker_id"),),
        ),
        "set": Entry(
            "workers.worker:set_",
            "Set a worker's country and qualifications.",
            (("Grant Masters, and set the country.", "simpleturk worker set ann --masters --country US-CA"),),
        ),
        "disable": Entry(
            "workers.worker:disable",
            "Stop workers from signing in.",
            (("Disable one account.", "simpleturk worker disable ann"),),
        ),
        "enable": Entry(
            "workers.worker:enable",
            "Allow disabled workers to sign in again.",
            (("Enable one account.", "simpleturk worker enable ann"),),
        ),
        "reset": Entry(
            "workers.worker:reset",
            "Reset passwords and print new password links.",
            (("Send a worker a new link.", "simpleturk worker reset ann"),),
        ),
        "export": Entry(
            "workers.worker:export",
            "Print all data stored about a worker, as JSON.",
            (("Save the data of one worker.", "simpleturk worker export ann > ann.json"),),
        ),
        "delete": Entry(
            "workers.worker:delete",
            "Delete a worker's personal data.",
            (
                ("Keep the answers, which belong to batches.", "simpleturk worker delete ann"),
                ("Empty the answers, too.", "simpleturk worker delete ann --answers"),
            ),
        ),
    },
)

#: The headings of `simpleturk --help`, and the commands under each.
TABLE: dict[str, dict[str, Entry | GroupEntry]] = {
    "Tasks": {
        "init": Entry(
            "tasks.init:init",
            "Create a task folder: template, properties, inputs.",
            (
                ("Begin with the default example.", "simpleturk init my_task"),
                ("Begin with another example.", "simpleturk init my_task --from image_captioning"),
                ("List the examples.", "simpleturk init --list"),
            ),
        ),
        "demo": Entry(
            "tasks.demo.command:demo",
            "Run a complete batch locally, with simulated workers.",
            (("Keep the files in a folder of your choice.", "simpleturk demo my-first-batch"),),
        ),
        "render-template": Entry(
            "tasks.render_template:render_template",
            "Render the page of one input, or preview it.",
            (
                ("Preview in a browser; reload on each change.", "simpleturk render-template --preview"),
                ("Save the page of the input on line 3.", "simpleturk render-template --line 3 --output page.html"),
            ),
        ),
        "check": Entry(
            "tasks.check:check",
            "Check template, properties and inputs; create nothing.",
            (
                ("Check the task folder.", "simpleturk check"),
                ("Fail on warnings, too.", "simpleturk check --strict"),
            ),
        ),
        "form": FORM,
        "properties": Entry(
            "tasks.properties:properties",
            "List all HIT properties, or check a properties file.",
            (
                ("List the properties.", "simpleturk properties"),
                ("Check a file.", "simpleturk properties --check hit.json"),
            ),
        ),
    },
    "Batch": {
        "launch": Entry(
            "batch.launch.command:launch",
            "Create one HIT per input and save their ids.",
            (
                ("Launch the batch of a task folder.", "simpleturk launch"),
                ("Show the price; create nothing.", "simpleturk launch --dry-run"),
                (
                    "Name the files.",
                    "simpleturk launch --template page.html --properties hit.json --inputs data.jsonl",
                ),
                ("Launch inputs that were added at the end.", "simpleturk launch --add"),
            ),
        ),
        "progress": Entry(
            "batch.progress:progress",
            "Show the state of a batch's HITs and assignments.",
            (
                ("Show a table.", "simpleturk progress"),
                ("Update the table until the batch is done.", "simpleturk progress --watch"),
                ("Name the batch.", "simpleturk progress --ids hit_ids.txt"),
            ),
        ),
        "results": Entry(
            "batch.results:results",
            "Print completed work as JSON Lines or CSV.",
            (
                ("Save the results.", "simpleturk results > results.jsonl"),
                ("Add new results to a file.", "simpleturk results --output results.jsonl"),
                ("Save a table.", "simpleturk results --output results.csv"),
            ),
        ),
        "extend": Entry(
            "batch.extend:extend",
            "Add assignments or time to a batch's HITs.",
            (
                ("Get one more answer per HIT.", "simpleturk extend --assignments-by 1"),
                ("Give workers one more day.", "simpleturk extend --hours 24"),
            ),
        ),
        "expire": Entry(
            "batch.hits:expire",
            "Stop showing a batch's HITs to workers.",
            (
                ("Stop now.", "simpleturk expire"),
                ("Stop at a time.", "simpleturk expire --at 2026-12-31T18:00"),
            ),
        ),
        "delete": Entry(
            "batch.hits:delete",
            "Delete HITs and their answers.",
            (
                ("Delete a batch that is reviewed.", "simpleturk delete"),
                ("Expire HITs that are still available first.", "simpleturk delete --force"),
            ),
        ),
        "hits": Entry(
            "batch.hits:hits",
            "List every HIT of the account.",
            (("Print the ids of HITs to review.", "simpleturk hits --status Reviewable | jq -r .hit_id"),),
        ),
        "batches": Entry(
            "batch.batches:batches",
            "List the batches below a folder.",
            (
                ("Show all batches of a project.", "simpleturk batches ~/project"),
                ("Print the ids files with work to review.", "simpleturk batches | jq -r 'select(.to_review > 0).ids'"),
            ),
        ),
        "import": Entry(
            "batch.import_:import_",
            "Import an old batch's results as HITs.",
            (
                (
                    "Import a file that Amazon's requester site made.",
                    "simpleturk import Batch_3482914_batch_results.csv",
                ),
            ),
        ),
    },
    "Review and pay": {
        "review": Entry(
            "review.review.command:review",
            "Look at submitted work one by one, and decide about it.",
            (
                ("Review the batch, the work of each worker together.", "simpleturk review --group worker"),
                ("Review a tenth of each worker's work.", "simpleturk review --sample 10%"),
                ("Review in a browser.", "simpleturk review --browser"),
            ),
        ),
        "approve": Entry(
            "review.verdicts:approve",
            "Approve submitted assignments: all, or those named.",
            (
                ("Approve all submitted work of the batch.", "simpleturk approve --feedback 'Thank you'"),
                ("Approve the assignments in a file.", "simpleturk approve --assignments good.txt"),
            ),
        ),
        "reject": Entry(
            "review.verdicts:reject",
            "Reject assignments; the workers read your reason.",
            (
                ("Reject one assignment.", "simpleturk reject --feedback 'The text is empty' 3ABC"),
                (
                    "Reject the assignments in a file.",
                    "simpleturk reject --feedback 'The text is empty' --assignments bad.txt",
                ),
            ),
        ),
        "apply": Entry(
            "review.apply:apply",
            "Carry out decisions: approve, reject, pay, block.",
            (
                (
                    "Show what the decisions in a file would do, and their cost.",
                    "simpleturk apply --dry-run marked.csv",
                ),
                ("Carry them out.", "simpleturk apply marked.csv"),
                ("Carry out the decisions saved beside the ids.", "simpleturk apply"),
            ),
        ),
        "bonus": Entry(
            "review.bonus:bonus",
            "Pay a bonus to the workers of assignments.",
            (("Pay 50 cents.", "simpleturk bonus --amount 0.50 --reason 'Very careful work' 3ABC"),),
        ),
        "compensate": Entry(
            "review.compensate:compensate",
            "Pay workers who could not submit their work.",
            (
                ("Pay one worker.", "simpleturk compensate --worker ann --amount 1.50 --reason 'The page was broken'"),
                ("Pay the workers in a table.", "simpleturk compensate --file pay.csv"),
                ("Show who has taken the payment.", "simpleturk compensate --status"),
            ),
        ),
        "redo": Entry(
            "review.redo:redo",
            "Have work done again by other workers.",
            (
                ("Show the plan and the price for rejected work.", "simpleturk redo --rejected --dry-run"),
                ("Redo it.", "simpleturk redo --rejected"),
                ("Redo work that you paid, but do not use.", "simpleturk redo --passed"),
                ("Redo one assignment.", "simpleturk redo 3ABC"),
            ),
        ),
        "balance": Entry(
            "review.balance:balance",
            "Print the account's balance in USD.",
            (("Print the balance of the local marketplace.", "simpleturk balance"),),
        ),
    },
    "Marketplace": {
        "serve": Entry(
            "marketplace.serve.command:serve",
            "Start the worker site and the API of your marketplace.",
            (
                ("Serve this computer.", "simpleturk serve"),
                ("Serve your network; workers sign in.", "simpleturk serve --host 0.0.0.0 --accounts"),
            ),
        ),
        "requester": REQUESTER,
    },
    "Workers": {
        "worker": WORKER,
        "block": Entry(
            "workers.block:block",
            "Block workers from all your HITs, or list them.",
            (
                ("Block two workers.", "simpleturk block --reason 'Random answers' ann bob"),
                ("List blocked workers.", "simpleturk block --list"),
            ),
        ),
        "notify": Entry(
            "review.notify:notify",
            "Send a message to workers.",
            (
                (
                    "Write to the workers of the batch.",
                    "simpleturk notify --subject 'A new batch' --message 'It has 200 HITs.'",
                ),
                ("Write to two workers.", "simpleturk notify --subject Thanks --message 'Well done.' ann bob"),
            ),
        ),
        "unblock": Entry(
            "workers.block:unblock",
            "Allow blocked workers to do your HITs again.",
            (("Unblock one worker.", "simpleturk unblock ann"),),
        ),
    },
    "Help": {
        "help": Entry(
            "help:help_",
            "Show the manual, or the help of a command.",
            (
                ("List the topics.", "simpleturk help"),
                ("Explain HIT, assignment, requester and other words.", "simpleturk help words"),
                ("Show the help of a command.", "simpleturk help launch"),
            ),
        ),
    },
}
