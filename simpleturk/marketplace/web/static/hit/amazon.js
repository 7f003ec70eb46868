// Many pages use the functions of Amazon's script without loading it, and some use gup(), from Amazon's examples.
Object.assign(window, { turkGetParam, turkGetSubmitToHost, turkSetAssignmentID, gup: (name) => turkGetParam(name, "") });
