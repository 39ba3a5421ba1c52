"""Names and notes of the recipes that ship with the program, for the translators.

The texts themselves live in ``resources/recipes/``, where the extractor of messages does not look;
a test keeps the two alike.
"""

from __future__ import annotations

from aegui.core.i18n import mark

RECIPE_TEXTS = (
    mark("All 96 characters through 2 numbers"),
    mark(
        "A wide tanh network maps every character into a square, each with room of its own:"
        " the map to wander over."
    ),
    mark("The course task: 32 characters, 35-25-10-2-10-25-35"),
    mark(
        "The classic assignment: the lower-case set through 2 numbers with at most 1 wrong "
        "pixel a character."
    ),
    mark("Denoising through 2 numbers"),
    mark(
        "15 % of the pixels inverted, and only 2 numbers as the code: each noisy drawing must "
        "find its place on the map."
    ),
    mark("Denoising: close to the best possible"),
    mark(
        "Repairs lower-case characters with 5 to 25 % of the pixels inverted, within 3 % of the "
        "Bayes limit: 32 numbers as the code, fresh noise at every epoch."
    ),
    mark("Noise matrix: a network for many trainings"),
    mark(
        "Small enough to be trained thirty times at once, and not far from the limit: for "
        "“aegui noise-matrix” and the study of noise."
    ),
    mark("Course: 2 numbers, 20 % salt and pepper"),
    mark(
        "The plain network of the course, 35-25-10-2, repairs light noise: most characters find "
        "their place."
    ),
    mark("Course: 2 numbers, 50 % salt and pepper"),
    mark(
        "Half of the pixels are a coin toss: the plain network of the course, 35-25-10-2, "
        "begins to guess."
    ),
    mark("Course: 2 numbers, 90 % salt and pepper"),
    mark(
        "Nine pixels of ten are a coin toss: nearly nothing is left to go by, and the limit "
        "says so."
    ),
    mark("Course: a deeper network, 50 % salt and pepper"),
    mark("35-64-32-16-2 with the noise of the plain network: does depth help against noise?"),
    mark("Course: a network of twelve layers, 50 % salt and pepper"),
    mark(
        "35-64-48-32-24-16-2 and back: the deepest of the course. Compare it with the plain and "
        "the deeper network."
    ),
    mark("Course: 5 numbers, 4 noisy copies of 2 characters"),
    mark(
        "Two characters, four noisy copies of each with p = 0.1, drawn once as in the course: "
        "they are learnt by heart. Draw the noise anew and compare."
    ),
    mark("Linear network: what PCA would find"),
    mark(
        "Without nonlinearities, an autoencoder spans the same plane as the first two "
        "principal components."
    ),
    mark("A first try that struggles: ReLU and uniform start"),
    mark(
        "The same network with ReLU everywhere. Units die and characters collapse onto each"
        " other; compare it with tanh."
    ),
    mark("Denoising: salt and pepper, 20 %"),
    mark(
        "The course noise: a fifth of the pixels replaced by a coin toss, drawn anew at "
        "every epoch."
    ),
    mark("The course task with ten seeds"),
    mark(
        "Ten runs trained together: the charts show their mean, their spread, and each run faintly."
    ),
    mark("MNIST: a linear autoencoder beside PCA"),
    mark(
        "784-30-784 without nonlinearities: trained to the end it reconstructs as the first 30 "
        "principal components do, and never better."
    ),
    mark("MNIST: the deep autoencoder of 2006"),
    mark(
        "784-1000-500-250-30, the network with which Hinton and Salakhutdinov beat PCA: "
        "half the squared error and less at the same 30 numbers."
    ),
    mark("MNIST: variational autoencoder with 2 numbers"),
    mark("784-512-256, then a Gaussian code: a map of handwriting without holes."),
    mark("MNIST: variational autoencoder with 20 numbers"),
    mark("784-512-256 and a Gaussian code of 20 numbers: sharper digits than any map of two."),
    mark("Fashion: variational autoencoder with 2 numbers"),
    mark("784-512-256, then a Gaussian code: from boots to shirts without a seam."),
    mark("MNIST: linear with 64 numbers"),
    mark(
        "784-64-784 for 16 epochs in batches of 1000: the line to beat for the convolutional one."
    ),
    mark("MNIST: convolutional with 64 numbers"),
    mark(
        "Two convolutions in place of the linear layer, as many numbers in the code, the "
        "same 16 epochs: compare the two curves."
    ),
    mark("MNIST: dense network with 2 numbers"),
    mark(
        "784-512-2-512-784: how well do two numbers keep the classes apart? Compare with "
        "PCA and t-SNE in Projections."
    ),
    mark("MNIST: convolutional network with 2 numbers"),
    mark(
        "Two convolutions, then 2 numbers: the same question to a network that knows what "
        "neighbours are."
    ),
    mark("Fashion: dense network with 2 numbers"),
    mark("Fashion: convolutional network with 2 numbers"),
    mark("MNIST: stacked denoising autoencoders as a classifier"),
    mark(
        "784-1000-1000-1000, each layer first learns to repair its own input, then all of "
        "them learn the ten classes: about 1.2 % errors on the test set."
    ),
    mark("Emojis: variational autoencoder with 2 numbers"),
    mark(
        "12288-256-128 on all emojis: the more numbers, the sharper the pictures; try 2, 4,"
        " 16 and 64."
    ),
    mark("Emojis: variational autoencoder with 4 numbers"),
    mark("Emojis: variational autoencoder with 16 numbers"),
    mark("Emojis: variational autoencoder with 64 numbers"),
    mark("Emojis: a combination that fails"),
    mark(
        "A learning rate of 0.1 and 32 units: after 50 epochs all its reconstructions are alike, "
        "and the program says why. Mend it."
    ),
    mark("Emojis: convolutional variational autoencoder"),
    mark("Four convolutions and 32 numbers for all 1,861 emojis: sliders, concepts, arithmetic."),
    mark("Emojis: faces and hearts on a map"),
    mark(
        "The 166 smileys and emotions through 2 numbers: every place of the map is a face, or "
        "the way from one to another."
    ),
    mark("Emojis: faces through 16 numbers"),
    mark(
        "The same faces through 16 numbers: sharper, and a map that is a plane through their "
        "principal components."
    ),
    mark("Grey pictures of 80x80: variational autoencoder"),
    mark(
        "6400-640-256-2 on the emojis in grey, 80x80: its map, and a grid of them at normal"
        " quantiles."
    ),
    mark("Letters: a sparse code"),
    mark(
        "64 units that are on average only 5 % active (KL penalty): each letter is a "
        "handful of strokes."
    ),
    mark("Letters: only the 5 largest of 64 numbers"),
    mark(
        "k-sparse: all but the 5 largest numbers of the code are set to zero, while "
        "learning and in use."
    ),
    mark("Letters: a contractive code"),
    mark(
        "The code is pressed not to move when the pixels do: its Jacobian is a fraction of "
        "the plain one's."
    ),
    mark("MNIST: a sparse code"),
    mark(
        "196 units that are on average only 5 % active (KL penalty): each digit is put "
        "together from a few strokes."
    ),
    mark("MNIST: only the 25 largest of 500 numbers"),
    mark(
        "k-sparse: all but the 25 largest numbers of the code are set to zero, while "
        "learning and in use."
    ),
    mark("MNIST: a contractive code"),
    mark("120 units that are pressed not to move when the pixels do."),
    mark("MNIST: denoising salt and pepper"),
    mark(
        "A third of the pixels replaced by a coin toss, anew at every epoch: the network "
        "gives the clean digit back."
    ),
    mark("MNIST: denoising Gaussian noise"),
    mark(
        "Every grey value is moved by a normal draw of deviation 0.4, anew at every epoch: the "
        "network gives the clean digit back."
    ),
    mark("Conjugate gradients: 35-25-17-2-17-25-35"),
    mark(
        "scipy's CG on the exact gradient of all training characters; three in ten are kept to see"
        " how far it carries over."
    ),
    mark("BFGS: 35-25-17-2-17-25-35"),
    mark(
        "BFGS learns the curvature of the loss, in a loop of our own with scipy's line search: few"
        " iterations, but each takes a table of all pairs of parameters."
    ),
    mark("Powell: a search without gradients"),
    mark(
        "scipy's Powell only asks how large the loss is and tries one parameter after the other:"
        " hundreds of thousands of looks."
    ),
    mark("GAN: handwritten digits out of noise"),
    mark(
        "Two networks against each other: one makes 8x8 digits of 10 random numbers, the other "
        "tells them from real ones. Half a minute."
    ),
    mark("Fashion: a convolutional stack as a classifier"),
    mark(
        "Five convolutions that first learn to rebuild their input, then the ten kinds of "
        "clothes: about 93 % of the test set."
    ),
    mark("Fashion: a GAN"),
    mark(
        "A generator that must deceive a discriminator: 64 normal numbers become a piece of"
        " clothing."
    ),
)
